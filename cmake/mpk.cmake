# mpk_module(name SOURCES … TESTS … FUZZ … DEPS … TEST_DEPS … LIBS …): one static library and one test program a module.
add_library(mpk_flags INTERFACE)
target_include_directories(mpk_flags INTERFACE ${CMAKE_SOURCE_DIR}/lib)
target_compile_definitions(mpk_flags INTERFACE JSON_USE_IMPLICIT_CONVERSIONS=0 _FILE_OFFSET_BITS=64
                           # fmt's headers; its code is lib/base/fmt_library.cpp
                           $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
target_compile_options(mpk_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -fstack-protector-strong)
if(MPK_SANITIZE)
  target_compile_options(mpk_flags INTERFACE -fsanitize=${MPK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(MPK_SANITIZE MATCHES "undefined")
    # g++ takes twice as long for it, and the address sanitizer stops where such a pointer is used.
    target_compile_options(mpk_flags INTERFACE -fno-sanitize=null)
  endif()
  target_link_options(mpk_flags INTERFACE -fsanitize=${MPK_SANITIZE})
endif()
if(MPK_FUZZ)
  # libFuzzer sees no further than what is instrumented for it: the modules, not only the targets.
  target_compile_options(mpk_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(MPK_COVERAGE)
  target_compile_options(mpk_flags INTERFACE --coverage -O0 -DMPK_COVERAGE)
  target_link_options(mpk_flags INTERFACE --coverage)
endif()

# Each shared library, libstdc++ and OpenSSL above all, is work at every start: what every command needs is linked in.
# Libraries that bring the system's OpenSSL must not find this one. Sanitizers intercept functions of libstdc++.
target_link_options(mpk_flags INTERFACE -Wl,--exclude-libs,libcrypto.a:libssl.a)
include(CheckLinkerFlag)
check_linker_flag(CXX -Wl,-z,pack-relative-relocs MPK_PACKS_RELOCATIONS)  # 700 KiB less to read at a start
if(MPK_PACKS_RELOCATIONS)
  target_link_options(mpk_flags INTERFACE -Wl,-z,pack-relative-relocs)
endif()
if(NOT MPK_SANITIZE)
  target_link_options(mpk_flags INTERFACE -static-libstdc++ -Wl,--gc-sections)
endif()
function(mpk_link_in target)
  get_target_property(libraries ${target} INTERFACE_LINK_LIBRARIES)
  list(TRANSFORM libraries REPLACE "\\.so$" ".a")
  foreach(library ${libraries})
    if(library MATCHES "\\.a$" AND NOT EXISTS ${library})
      return()  # only the shared one is installed
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${libraries}")
endfunction()

add_library(mpk_warnings INTERFACE)
target_compile_options(mpk_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                       -Wold-style-cast -Werror=unused-result
                       # Designated initializers name what differs from the defaults.
                       -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports -Wrestrict and -Wstringop-* inside libstdc++ for plain string concatenation.
  target_compile_options(mpk_warnings INTERFACE -Wno-restrict)
endif()
if(MPK_WERROR)
  target_compile_options(mpk_warnings INTERFACE -Werror)
endif()

function(mpk_module name)
  cmake_parse_arguments(M "" "" "SOURCES;TESTS;FUZZ;DEPS;TEST_DEPS;LIBS" ${ARGN})
  add_library(mpk_${name} STATIC ${M_SOURCES})
  list(TRANSFORM M_DEPS PREPEND mpk_)
  list(TRANSFORM M_TEST_DEPS PREPEND mpk_)
  target_link_libraries(mpk_${name} PUBLIC mpk_flags ${M_DEPS} tl::expected nlohmann_json::nlohmann_json
                        PRIVATE mpk_warnings ${M_LIBS})
  if(MPK_TESTS AND M_TESTS)
    add_executable(${name}_test ${M_TESTS} ${CMAKE_SOURCE_DIR}/lib/testing/main_test.cpp)
    target_link_libraries(${name}_test PRIVATE mpk_${name} ${M_TEST_DEPS} mpk_warnings doctest::doctest ${M_LIBS})
    if(MPK_SANITIZE)
      # What is tested has both sanitizers; in tests the undefined one, and optimizing, cost four times the compile.
      target_compile_options(${name}_test PRIVATE -O0 -fno-sanitize=undefined)
    endif()
    target_compile_definitions(${name}_test PRIVATE MPK_VECTORS_DIR="${MPK_VECTORS_DIR}"
                               MPK_SOURCE_DIR=".")
    doctest_discover_tests(${name}_test TEST_PREFIX "${name}: " WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                           PROPERTIES LABELS unit TIMEOUT 120)
  endif()
  if(MPK_FUZZ)
    foreach(source ${M_FUZZ})
      get_filename_component(target ${source} NAME_WE)
      add_executable(${target} ${source})
      target_link_libraries(${target} PRIVATE mpk_${name} mpk_warnings)
      target_compile_options(${target} PRIVATE -fsanitize=fuzzer)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    endforeach()
  elseif(MPK_FUZZ_REPLAY AND M_FUZZ)
    # Objects for lib/testing's one program: there, each target's function has the target's name.
    add_library(mpk_${name}_fuzz OBJECT ${M_FUZZ})
    target_link_libraries(mpk_${name}_fuzz PUBLIC mpk_${name} PRIVATE mpk_warnings)
    foreach(source ${M_FUZZ})
      get_filename_component(target ${source} NAME_WE)
      set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS LLVMFuzzerTestOneInput=${target})
      set_property(GLOBAL APPEND PROPERTY MPK_FUZZ_TARGETS ${target})
    endforeach()
    set_property(GLOBAL APPEND PROPERTY MPK_FUZZ_OBJECTS mpk_${name}_fuzz)
  endif()
endfunction()
