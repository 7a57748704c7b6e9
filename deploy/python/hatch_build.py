"""Puts the tree of tools/package, which ANTIPHON_TREE names, into the wheel, and says on which machines it runs."""
import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProgramHook(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-manylinux_2_36_x86_64"
        build_data["force_include"][os.environ["ANTIPHON_TREE"]] = "antiphon_tts/program"
