// The cryptographic module of the process (ENC-6): OpenSSL's default provider, or its FIPS provider
// as the operator pinned it. With it, every algorithm comes from the module, or does not exist: the
// library's default properties are fips=yes, and no other provider but `base` (encodings) is
// loaded. Whether a module is validated this program cannot know and never says: it tells what it
// loaded.
//
// use_fips_module() comes before any other use of cryptography in the process: algorithms are
// fetched once. Thread safety: use_fips_module() before other threads start; the rest any thread.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::crypto {

struct ModulePin {
    std::filesystem::path module;         // fips.so
    std::filesystem::path configuration;  // what `openssl fipsinstall` wrote for it
    Sha256Digest sha256{};                // of the module
    std::string name;                     // as the provider tells them
    std::string version;
};

struct ModuleFacts {
    std::string name;
    std::string version;
    std::string build;
    bool running = false;  // its self-tests passed and it serves
};

// Loads the module and makes it the only source of algorithms. A second call does nothing. Errors:
// Errc::not_found without the files, Errc::corrupt for another hash, name or version, or when its
// self-tests refuse; Errc::internal when cryptography was used before. After an error the process
// ends, or calls use_default_provider(): until then no algorithm may be had.
[[nodiscard]] Result<void> use_fips_module(ModulePin const& pin);
// After use_fips_module() failed: OpenSSL's default provider, as if nobody had asked for another.
// Errc::internal if even that does not load.
[[nodiscard]] Result<void> use_default_provider();
// The same check of hash and files alone, without loading anything.
[[nodiscard]] Result<void> check_module_file(ModulePin const& pin);

// Whether algorithms come from the FIPS provider alone.
[[nodiscard]] bool approved_only() noexcept;
// Of the provider that serves, read from it now.
[[nodiscard]] ModuleFacts module_facts();

}  // namespace salus::crypto
