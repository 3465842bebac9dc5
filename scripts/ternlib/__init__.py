# SPDX-License-Identifier: MIT
"""The parts of Tern's tools: cache, sources, recipes, boot media, machines and sessions."""
