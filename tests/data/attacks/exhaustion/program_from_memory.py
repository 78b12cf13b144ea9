# tries: Runs a program that lies in no file.
# must: No process is left and the verdict is wrong.
# limit: 1.5

import os

fd = os.memfd_create('program')
os.write(fd, open('/bin/sleep', 'rb').read())
os.execve(fd, ['sleep', '25'], {})
