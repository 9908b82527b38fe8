# SALUS_COMMON_PASSWORDS: the generated C++ file with the hashes of common passwords, made by
# tools/passwords from an npm package that package-lock.json pins by hash.
set(passwords_tool ${CMAKE_SOURCE_DIR}/tools/passwords)
set(SALUS_COMMON_PASSWORDS ${CMAKE_BINARY_DIR}/generated/common_passwords.cc)

salus_node_packages(${passwords_tool} @zxcvbn-ts/language-common)

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
add_custom_command(
  OUTPUT ${SALUS_COMMON_PASSWORDS}
  COMMAND ${SALUS_NODE} ${passwords_tool}/generate.mjs ${SALUS_COMMON_PASSWORDS}
  DEPENDS ${passwords_tool}/generate.mjs ${passwords_tool}/package-lock.json
  COMMENT "Generating the table of common passwords"
  VERBATIM)
