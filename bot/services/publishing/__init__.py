"""The life of a publication: asked for, consented to, approved, public, withdrawn (PRODUCT.md, "Publication").

Import from the modules, which are named after what is done: nothing is handed on here, because the researchers' room
calls `changes` while it is itself being imported.
"""
