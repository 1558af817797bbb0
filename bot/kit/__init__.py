"""Shared Discord furniture: how every room asks, answers, pages and reports errors."""
