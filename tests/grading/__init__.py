"""The page "Grade exercises", tried with the graders it speaks of; `make grade` runs it."""
