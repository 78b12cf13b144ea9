# tries: Has marks that reverse the direction of writing in the line that fails.
# must: The verdict is wrong and the report holds none of the marks.
# encoding: hex
72616973652056616c75654572726f722822e280aee281a620746867697220e281a9222920202320e280ae207d20e281a620
69662072696768740a
