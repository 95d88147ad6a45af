// Compiles the modules in archives, in Node, with the very Python that will import them: a browser
// would do it at each start, and takes longer for it than for all the rest.
//
// node bytecode.mjs PYODIDE ARCHIVE…
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [core, ...archives] = process.argv.slice(2).map((each) => resolve(each));
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${core}/` });

python.runPython(`
import importlib.util, io, os, sysconfig, warnings, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

# It begins with two slashes, and a traceback with one.
PURE = "/" + sysconfig.get_path("purelib").lstrip("/")
LIBRARY = os.path.dirname(os.__file__)

def bytecode(source, path):
    """Return what a .pyc file holds that nobody compares with its source; None if it has errors."""
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except SyntaxError:
        return None
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))

def compiled(archive):
    """Write an archive anew: a wheel with bytecode for source, the library with both.

    What unpacks slowly is a wheel; what a learner's traceback leads into is the library.
    """
    library = archive.endswith(".zip")
    made = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            name, data = info.filename, old.read(info)
            where = f"{LIBRARY if library else PURE}/{name}"
            code = bytecode(data, where) if name.endswith(".py") else None
            if code is None or library:
                new.writestr(info, data, zipfile.ZIP_DEFLATED)
            if code is not None:
                beside = zipfile.ZipInfo(f"{name}c", info.date_time)
                new.writestr(beside, code, zipfile.ZIP_DEFLATED)
    with open(archive, "wb") as file:
        file.write(made.getvalue())

warnings.simplefilter("ignore", SyntaxWarning)
`);

const compiled = python.globals.get("compiled");
for (const [number, archive] of archives.entries()) {
  python.mountNodeFS(`/mnt/${number}`, dirname(archive));
  compiled(`/mnt/${number}/${basename(archive)}`);
}
process.exit();
