# What an engineer would write first with OpenCV, on frames of 16 bit one after another in a file: motion by phase
# correlation against the first frame, difference, threshold, connected components. Prints the median ms a frame, one thread.
import sys
import time

import cv2
import numpy as np

path, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
cv2.setNumThreads(1)
frames = np.fromfile(path, dtype=np.uint16).reshape(-1, rows, columns)
reference = np.log(frames[0].astype(np.float32) + 1)
window = cv2.createHanningWindow((columns, rows), cv2.CV_32F)
took = []
for frame in frames[30:]:
    start = time.perf_counter()
    logged = cv2.log(frame.astype(np.float32) + 1)
    (dx, dy), _ = cv2.phaseCorrelate(reference, logged, window)
    moved = cv2.warpAffine(reference, np.float32([[1, 0, dx], [0, 1, dy]]), (columns, rows))
    difference = cv2.GaussianBlur(cv2.absdiff(logged, moved), (5, 5), 0)
    _, mask = cv2.threshold(difference, 0.08, 1, cv2.THRESH_BINARY)
    cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    took.append(1000 * (time.perf_counter() - start))
print(np.median(took))
