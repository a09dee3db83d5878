"""The Python SDK called in a loop, nothing else: python loop.py URL COUNT prints calls per second."""

import sys
import time

from formance_sdk_python import SDK

WARM = 50
url, count = sys.argv[1], int(sys.argv[2])
sdk = SDK(server_url=url)
for number in range(WARM + count):
    if number == WARM:
        began = time.perf_counter()
    sdk.orchestration.v1.get_workflow(request={"flow_id": "w-1"})
print(count / (time.perf_counter() - began))
