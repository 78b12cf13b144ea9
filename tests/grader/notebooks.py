"""Notebooks for tests, made of cells' texts."""

import json


def notebook(*cells, **more):
    """nbformat 4.5: a code cell of each text; of a pair, a cell of that kind."""
    made = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    listed = [
        {"id": f"c{number}", "cell_type": kind, "metadata": {}, "source": text}
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for number, (kind, text) in enumerate(made)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": listed, **more}).encode()


# What stands around a program in a notebook of Colab's.
AROUND = (
    ("markdown", "# My homework\n\nWith `MyGroupNorm`."),
    "%pip install -q 'groupnorm-jax'\n!nvidia-smi\nimport jax",
    "from google.colab import drive\ndrive.mount('/content/drive')\n%matplotlib inline\nimport matplotlib.pyplot",
    "%%bash\nset -e\necho $HOME",
    "#@title Settings { run: 'auto' }\nlearning_rate = 0.1 #@param {type:'number'}\nfiles = !ls -la\njax?",
)
AFTER = (
    "%%time\nmodel = MyGroupNorm(num_groups=2)\nfor step in range(10**9):\n    print('loss', step)",
    "import torch\nplt.plot([1, 2])\nplt.show()\nassert False",
    "get_ipython().system('ls')\nfrom grader.notebook import check\ncheck(MyGroupNorm)",
)
