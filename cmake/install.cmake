# What is installed, and the .deb (cpack).
find_program(GZIP gzip REQUIRED)
set(MPK_MAINTAINER "mpk maintainers <maintainers@mpk.example>" CACHE STRING
    "Maintainer of the package: whoever builds and distributes it")
set(CPACK_PACKAGE_CONTACT ${MPK_MAINTAINER})
install(TARGETS mpk RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
file(GLOB documents CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/*.md)
install(FILES README.md CHANGELOG.md SECURITY.md ${documents} DESTINATION ${CMAKE_INSTALL_DOCDIR})
# What the first line of an aibom.yaml by `mpk aibom init` names, for editors.
install(FILES schemas/aibom/overlay.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/mpk)
install(FILES cmake/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
# The licences of what is linked in or compiled in ask to go with the program.
foreach(package libssl-dev libre2-dev libyaml-dev libfmt-dev libstdc++-12-dev nlohmann-json3-dev libcli11-dev
                libexpected-dev libprotozero-dev libtomlplusplus-dev)
  file(REAL_PATH /usr/share/doc/${package}/copyright licence)
  install(FILES ${licence} DESTINATION ${CMAKE_INSTALL_DOCDIR}/linked RENAME ${package} OPTIONAL)
endforeach()

# Man pages: prose from man/*.scd, options and examples from the binary's own records.
set(manual_sources)
file(GLOB manual_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.scd)
set(manual_pages)
if(SCDOC)
  foreach(source ${manual_sources})
    get_filename_component(page ${source} NAME_WLE)  # mpk-ship.1
    string(REGEX REPLACE "^.*\\.([0-9])$" "\\1" section ${page})
    set(output ${CMAKE_BINARY_DIR}/man/${page})
    add_custom_command(OUTPUT ${output} ${output}.gz DEPENDS ${source} mpk
      COMMAND ${CMAKE_SOURCE_DIR}/scripts/make-manual $<TARGET_FILE:mpk> ${source} ${SCDOC} ${output}
      COMMAND ${GZIP} -9nkf ${output}
      VERBATIM)
    list(APPEND manual_pages ${output}.gz)
    install(FILES ${output}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
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
# zsh looks into vendor-completions below /usr only; what is installed elsewhere is a site's own.
install(CODE "
  set(folder site-functions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr/?$\")
    set(folder vendor-completions)
  endif()
  file(INSTALL \"${completions}/_mpk\"
       DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${folder}\")")
install(FILES ${completions}/mpk.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# Debian policy §12.7: the package's own changelog; it has no Debian revision.
configure_file(cmake/debian/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog @ONLY)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/debian/changelog.gz
  DEPENDS ${CMAKE_BINARY_DIR}/debian/changelog
  COMMAND ${GZIP} -9nkf ${CMAKE_BINARY_DIR}/debian/changelog)
add_custom_target(debian_changelog ALL DEPENDS ${CMAKE_BINARY_DIR}/debian/changelog.gz)
install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Supply chain for AI models: pack, describe, sign, push, verify")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"mpk packs a model directory as a CNCF ModelPack artifact, describes it with an
aiBOM (CycloneDX) and SLSA provenance, signs all of it through Sigstore, pushes
it to an OCI registry, and verifies it again, offline and under a policy.
Each file is read once, and the same files give the same digest.
.
What it writes are standard formats that cosign, oras and skopeo read. A
sandbox with a whole Sigstore and a registry on loopback is included.")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)  # without them no registry is trusted
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when they are first needed, which shlibdeps does not see.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4, libarchive13, libsodium23, libp11-kit0, libcpp-httplib0.11")
set(CPACK_STRIP_FILES ON)
include(CPack)
