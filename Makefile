# make demo      see one finding, from the code to the fix, with the numbers
# make test      run the suite against the installed package
# make backends  run the longer tests, those of the other backends, which it installs first, and
#                the suite once more where PyTensor stands for Theano (Python 3.13)
# make lint      check style, types, layers, and this project with its own plugin
# make bench     what the plugin costs, and how it does on other people's code (minutes)
# make clean     remove everything that these made
#
# Each needs nothing but Python (3.10 or newer; 3.12 and newer have PyTensor for Theano), and
# works in .venv only. PYTHON=/path/to/python chooses the Python of a new .venv.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
# The folders are there for modules that go: nothing else is newer then.
SOURCES := setup.py pyproject.toml README.md LICENSE \
	$(shell find flake8_theano_updates -name '*.py' -o -name '*.jinja' -o -name py.typed -o -type d ! -name __pycache__)

# Programs started from here must not see this checkout instead of what is installed.
unexport PYTHONPATH
.DELETE_ON_ERROR:
.PHONY: help demo test backends lint bench clean

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

demo: $(VENV)/.for-demo
	@$(BIN)/python tools/demo.py

test: $(VENV)/.for-test
	@echo '== test: the suite, against the package installed in $(VENV)'
	$(BIN)/pytest -n 2 --dist loadfile

backends: $(VENV)/.for-test
	@echo '== backends: the longer tests; Theano of Python 2.7 and 3.8, Theano-PyMC, Aesara, PyTensor 2, 3.0 and 3.3'
	$(BIN)/python tests/backends.py
	$(BIN)/pytest -n 2 -m "backends or longer"
	@python=$$($(BIN)/python tests/pythons.py 3.13) && \
		$(MAKE) test VENV=$(VENV)/python3.13 PYTHON=$$python || test -z "$$python"

lint: $(VENV)/.for-lint
	@echo '== lint: style, types, layers, and the plugin on its own project'
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/flake8 --isolated --select THU flake8_theano_updates tests setup.py

bench: $(VENV)/.for-test
	@echo '== bench: CPU time against bare flake8, mutants, Python 2 sources, confirm against a script'
	$(BIN)/python benchmarks/plugin_cost.py
	$(BIN)/python benchmarks/mutation.py
	$(BIN)/python benchmarks/python2.py
	$(BIN)/python benchmarks/confirm_speed.py

clean:
	@echo '== clean: $(VENV), build products and caches'
	rm -rf $(VENV) build dist *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
	find flake8_theano_updates tests fixtures -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made: tools/make_venv.sh
	@sh tools/make_venv.sh $(VENV) $(PYTHON)
	@touch $@

# A stamp stands for a set of extras, installed from the sources as they were then.
# build/ is removed around it: setuptools would install modules that are long deleted.
$(VENV)/.for-demo: EXTRAS := theano
$(VENV)/.for-test: EXTRAS := theano,test,py2
$(VENV)/.for-lint: EXTRAS := dev,lsp,py2,report
$(VENV)/.for-demo $(VENV)/.for-test $(VENV)/.for-lint: $(VENV)/.made $(SOURCES)
	@echo '== installing .[$(EXTRAS)] into $(VENV)'
	@rm -rf build *.egg-info
	@$(BIN)/pip --quiet --disable-pip-version-check install '.[$(EXTRAS)]'
	@rm -rf build *.egg-info
	@touch $@
