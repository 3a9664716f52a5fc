# What is installed, and the .deb (cpack).
install(TARGETS mpk RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Man pages: prose from man/*.scd, options and examples from the binary's own records.
set(manual_sources)
file(GLOB manual_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.scd)
set(manual_pages)
if(SCDOC)
  foreach(source ${manual_sources})
    get_filename_component(page ${source} NAME_WLE)  # mpk-ship.1
    string(REGEX REPLACE "^.*\\.([0-9])$" "\\1" section ${page})
    set(output ${CMAKE_BINARY_DIR}/man/${page})
    add_custom_command(OUTPUT ${output} DEPENDS ${source} mpk
      COMMAND ${CMAKE_SOURCE_DIR}/scripts/make-manual $<TARGET_FILE:mpk> ${source} ${SCDOC} ${output}
      VERBATIM)
    list(APPEND manual_pages ${output})
    install(FILES ${output} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  endforeach()
  add_custom_target(manual ALL DEPENDS ${manual_pages})
endif()

set(completions ${CMAKE_BINARY_DIR}/completions)
add_custom_command(OUTPUT ${completions}/mpk.bash ${completions}/_mpk ${completions}/mpk.fish DEPENDS mpk
  COMMAND ${CMAKE_COMMAND} -E make_directory ${completions}
  COMMAND mpk completion bash > ${completions}/mpk.bash
  COMMAND mpk completion zsh > ${completions}/_mpk
  COMMAND mpk completion fish > ${completions}/mpk.fish)
add_custom_target(completions ALL DEPENDS ${completions}/mpk.bash ${completions}/_mpk ${completions}/mpk.fish)
install(FILES ${completions}/mpk.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME mpk)
install(FILES ${completions}/_mpk DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${completions}/mpk.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "mpk maintainers <mpk@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Supply chain for AI models: pack, describe, sign, push, verify")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_STRIP_FILES ON)
include(CPack)
