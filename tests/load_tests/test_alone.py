"""The image has the load tests, and nothing of the project's tools and tests."""

import subprocess
import sys

ALONE = """
import sys, load_tests.__main__, load_tests.crowd
elsewhere = {"bench", "demo", "scripts", "tests", "pipelines", "deployments", "ray"}
print(sorted(elsewhere & {name.partition(".")[0] for name in sys.modules}))
"""


def test_a_run_needs_nothing_that_the_image_lacks():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
