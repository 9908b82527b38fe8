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
  -Wswitch -fno-omit-frame-pointer)
if(SALUS_WARNINGS_ARE_ERRORS)
  target_compile_options(salus_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Locks are named in the types they guard; clang checks it.
  target_compile_options(salus_flags INTERFACE -Wthread-safety)
  # Aggregates with defaulted members are the house's way of writing options.
  target_compile_options(salus_flags INTERFACE -Wno-missing-designated-field-initializers)
else()
  # g++ 12 sees overlapping copies in std::string that are not there (its bug 105651).
  target_compile_options(salus_flags INTERFACE -Wno-missing-field-initializers -Wno-restrict)
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
