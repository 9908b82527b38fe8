# Every compiler flag of the house, in one INTERFACE target. Nothing else edits flags.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(SALUS_WARNINGS_ARE_ERRORS "Treat warnings as errors" ON)
set(SALUS_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined | thread | fuzzer,address,undefined")
option(SALUS_HARDEN "Hardening for shipped binaries: fortify, stack protector, CET, full relro" OFF)

add_library(salus_flags INTERFACE)
target_include_directories(salus_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(salus_flags INTERFACE SALUS_VERSION="${PROJECT_VERSION}")
target_compile_options(salus_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wdouble-promotion -Wformat=2
  -Wswitch -fno-omit-frame-pointer -pthread)
if(SALUS_WARNINGS_ARE_ERRORS)
  target_compile_options(salus_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Locks are named in the types they guard; clang checks it.
  target_compile_options(salus_flags INTERFACE -Wthread-safety)
  # Aggregates with defaulted members are the house's way of writing options.
  target_compile_options(salus_flags INTERFACE -Wno-missing-designated-field-initializers)
else()
  # g++ 12 sees overlapping copies in std::string that are not there (its bug 105651), and what an
  # empty std::optional or std::expected does not hold as used uninitialized (its bug 80635).
  # clang's analyzer and the sanitizers look for both.
  target_compile_options(salus_flags INTERFACE -Wno-missing-field-initializers -Wno-restrict
                         -Wno-maybe-uninitialized)
endif()

if(SALUS_HARDEN)
  target_compile_options(salus_flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
    -fstack-clash-protection -fcf-protection)
  target_link_options(salus_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# Of the tests themselves, beside the room that they test.
add_library(salus_test_flags INTERFACE)

if(SALUS_SANITIZE)
  # Reports need names and lines, no more. More optimisation than this is all compile time.
  target_compile_options(salus_flags INTERFACE
    -O1 -gline-tables-only -fsanitize=${SALUS_SANITIZE} -fno-sanitize-recover=all)
  target_compile_options(salus_test_flags INTERFACE -O0)
  target_link_options(salus_flags INTERFACE -fsanitize=${SALUS_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND SALUS_SANITIZE MATCHES "undefined")
    # clang cannot place the function sanitizer's prologue data in coroutines.
    target_compile_options(salus_flags INTERFACE -fno-sanitize=function)
  endif()
endif()

option(SALUS_FUZZ "Build tests/fuzz, and all rooms with the coverage that libFuzzer follows" OFF)
if(SALUS_FUZZ)
  target_compile_options(salus_flags INTERFACE -fsanitize=fuzzer-no-link)
  # libFuzzer follows the rooms, not their tests.
  target_compile_options(salus_test_flags INTERFACE
    -fno-sanitize-coverage=inline-8bit-counters,indirect-calls,trace-cmp,pc-table)
endif()

find_program(SALUS_MOLD mold)
if(SALUS_MOLD)
  target_link_options(salus_flags INTERFACE -fuse-ld=mold)
endif()
find_program(SALUS_CCACHE ccache)
if(SALUS_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SALUS_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${SALUS_CCACHE})
endif()

# The standard library and the test library, parsed once for all rooms: a quarter of the compile time.
# The preset `dev`, without it and without groups, shows a source that lacks an #include.
option(SALUS_PRECOMPILE "Precompile the headers of the standard library and of GoogleTest" OFF)
if(SALUS_PRECOMPILE)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled/empty.cc CONTENT "")
  foreach(kind standard test)
    set(headers ${CMAKE_SOURCE_DIR}/cmake/${kind}_headers.h)
    add_library(salus_${kind}_headers OBJECT ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
    target_precompile_headers(salus_${kind}_headers PRIVATE ${headers})
    # The compiler's file names this directory, so for the compiler cache its text stands for it
    # (ccache, "pch_external_checksum"): another clone then finds what was compiled here.
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -std=c++2b -E -P ${headers}
      OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
    string(SHA256 checksum "${CMAKE_CXX_COMPILER_VERSION} ${text}")
    file(WRITE ${CMAKE_BINARY_DIR}/CMakeFiles/salus_${kind}_headers.dir/cmake_pch.hxx.pch.sum ${checksum})
    add_custom_target(salus_${kind}_precompiled
      DEPENDS ${CMAKE_BINARY_DIR}/CMakeFiles/salus_${kind}_headers.dir/cmake_pch.hxx.pch)
  endforeach()
  target_link_libraries(salus_standard_headers PRIVATE salus_flags)
  target_link_libraries(salus_test_headers PRIVATE salus_flags salus_test_flags GTest::gmock GTest::gtest_main)
  # As CMake compiles an executable's sources.
  set_target_properties(salus_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(salus_test_headers PRIVATE -fPIE)
  target_compile_options(salus_flags INTERFACE -Xclang -fno-pch-timestamp)
endif()

# Lets TARGET read the precompiled headers of KIND: standard or test. Not by CMake's own REUSE_FROM: of its
# options the compiler cache takes one with this directory's name in it.
function(salus_precompiled target kind)
  if(SALUS_PRECOMPILE)
    set(precompiled ${CMAKE_BINARY_DIR}/CMakeFiles/salus_${kind}_headers.dir/cmake_pch.hxx.pch)
    get_target_property(sources ${target} SOURCES)
    set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS ${precompiled})
    # Of sources that are compiled as one, that property does not count.
    add_dependencies(${target} salus_${kind}_precompiled)
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${precompiled}")
  endif()
endfunction()
