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
install(FILES "${ANTIPHON_DEPS_DIR}/openapi-explorer/LICENSE" DESTINATION share/doc/antiphon/licences RENAME openapi-explorer)

# What the program writes about itself: antiphon_install_output(FILE ARGUMENTS...) keeps what it prints for these arguments.
function(antiphon_install_output FILE)
  cmake_path(GET FILE PARENT_PATH folder)
  install(CODE "
    set(file \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${FILE}\")
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}\")
    message(STATUS \"Installing: \${file}\")
    execute_process(COMMAND \"$<TARGET_FILE:antiphon>\" ${ARGN} OUTPUT_FILE \"\${file}\" COMMAND_ERROR_IS_FATAL ANY)
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${file}\")")
endfunction()
antiphon_install_output(share/bash-completion/completions/antiphon completions bash)
antiphon_install_output(share/zsh/site-functions/_antiphon completions zsh)
antiphon_install_output(share/fish/vendor_completions.d/antiphon.fish completions fish)
antiphon_install_output(share/man/man1/antiphon.1 manual)
