# `cmake --install build --prefix DIR` makes a tree that can be moved: bin/antiphon, the libraries that it opens in
# lib/antiphon, its data in share/antiphon. tools/package adds the libraries that it links.
# DT_RPATH, not DT_RUNPATH: it also holds for what the libraries need in their turn.
target_link_options(antiphon PRIVATE -Wl,--disable-new-dtags)
set_target_properties(antiphon PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/antiphon" BUILD_WITH_INSTALL_RPATH ON)
install(TARGETS antiphon RUNTIME DESTINATION bin)
install(FILES "${ANTIPHON_DEPS_DIR}/onnxruntime/lib/libonnxruntime.so.1.32.0"
              "${ANTIPHON_DEPS_DIR}/espeak/libespeak-ng.so.1.52.0" DESTINATION lib/antiphon)
install(DIRECTORY "${ANTIPHON_DEPS_DIR}/espeak/espeak-ng-data" DESTINATION share/antiphon)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION share/doc/antiphon)
install(FILES "${ANTIPHON_DEPS_DIR}/uplot/LICENSE" DESTINATION share/doc/antiphon/licences RENAME uplot)
