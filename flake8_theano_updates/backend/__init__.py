"""The process that compiles programs, in the interpreter that has Theano or a successor."""
