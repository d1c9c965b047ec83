"""The one line that turns `pytest graders` into a grader."""

pytest_plugins = ["graders.harness.plugin"]
