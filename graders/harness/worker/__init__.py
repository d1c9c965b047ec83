"""The process that runs student code. Imports nothing of ours from outside this folder."""
