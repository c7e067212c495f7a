"""The ML platform's job API from Python, with the standard library alone.

from mlplatform_client import Client

client = Client("https://ml.example.com", token="...")
job = client.submit({"jobName": "first", "algorithm": {"algorithmName": "xgboost"}})
for line in client.logs(job["id"], follow=True):
    print(line)
print(client.wait(job["id"])["status"])
"""

from .client import Client
from .errors import MlPlatformError, Problem, Unreachable
from .frames import frame

__all__ = ["Client", "MlPlatformError", "Problem", "Unreachable", "frame"]
