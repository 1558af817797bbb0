"""How fast Vademecum is, each measure beside a floor that nothing of the kind could beat (`docs/benchmarks.md`).

`make bench` runs everything; `python -m bench.recognition DIR` says how well questions are recognised.
"""
