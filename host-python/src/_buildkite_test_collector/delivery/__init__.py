"""Where a run goes: `delivery` feeds its journal to the component, and each output takes its form.

    journal ──► component ──┬──► uploads ──► uploader ──► net
                            └──► results_file

An output is one module and one row in `outputs`.
"""
