# tries: Is a web page under the name of a program.
# must: The verdict is wrong and the report says what is the matter.
# encoding: hex
3c21646f63747970652068746d6c3e3c7363726970743e616c6572742831293c2f7363726970743e0a
