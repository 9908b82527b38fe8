#include "crypto/module.h"

#include <algorithm>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/sha.h>

#include "crypto/openssl.h"
#include "crypto/sha2_module.h"
#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::crypto {
namespace {

constexpr std::size_t kModuleBytes = 64 * limits::kMiB;
using Configuration = OpensslPtr<CONF, NCONF_free>;

// Before any provider is loaded, so without EVP, which would load the default one.
Sha256Digest hash_of(BytesView bytes) {
    Sha256Digest digest{};
    SHA256(bytes.data(), bytes.size(), digest.data());
    return digest;
}

// Where a path goes into OpenSSL's configuration it must be one line of plain characters.
bool is_plain(std::filesystem::path const& path) {
    return path.is_absolute() && std::ranges::none_of(path.string(), [](unsigned char c) {
               return c <= ' ' || c >= 0x7f || c == '$' || c == '#' || c == '\\' || c == '"' ||
                      c == '\'';
           });
}

// The section fips_sect of fipsinstall's file, with the module's own path.
std::string configuration_text(ModulePin const& pin) {
    return "openssl_conf = salus_init\n"
           "[salus_init]\nproviders = salus_providers\n"
           "[salus_providers]\nfips = fips_sect\nbase = salus_base\n"
           "[salus_base]\nactivate = 1\n"
           ".include " +
           pin.configuration.string() +
           "\n"
           "[fips_sect]\nmodule = " +
           pin.module.string() + "\nactivate = 1\n";
}

bool load(ModulePin const& pin) {
    // The system's configuration could activate other providers.
    if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) return false;
    OPENSSL_load_builtin_modules();
    auto const text = configuration_text(pin);
    BioPtr const input(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    Configuration const configuration(NCONF_new(nullptr));
    long line = 0;
    return input != nullptr && configuration != nullptr &&
           NCONF_load_bio(configuration.get(), input.get(), &line) == 1 &&
           CONF_modules_load(configuration.get(), nullptr, 0) == 1 &&
           OSSL_PROVIDER_available(nullptr, "fips") == 1 &&
           OSSL_PROVIDER_available(nullptr, "base") == 1 &&
           EVP_default_properties_enable_fips(nullptr, 1) == 1;
}

ModuleFacts facts_of(OSSL_PROVIDER* provider) {
    char const* name = nullptr;
    char const* version = nullptr;
    char const* build = nullptr;
    int running = 0;
    auto const text = [](char const* value) { return std::string(value != nullptr ? value : ""); };
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, const_cast<char**>(&name), 0),
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, const_cast<char**>(&version), 0),
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, const_cast<char**>(&build), 0),
        OSSL_PARAM_construct_int(OSSL_PROV_PARAM_STATUS, &running),
        OSSL_PARAM_construct_end(),
    };
    if (OSSL_PROVIDER_get_params(provider, parameters) != 1) return {};
    return {.name = text(name),
            .version = text(version),
            .build = text(build),
            .running = running == 1};
}

}  // namespace

Result<void> check_module_file(ModulePin const& pin) {
    if (!is_plain(pin.module) || !is_plain(pin.configuration)) {
        return fail(Errc::invalid, "the module's files need absolute paths of plain characters");
    }
    auto const module = read_file(pin.module, kModuleBytes);
    std::error_code error;
    if (!module || !std::filesystem::is_regular_file(pin.configuration, error)) {
        return fail(Errc::not_found, "the FIPS module or its configuration is not there");
    }
    if (hash_of(*module) != pin.sha256) {
        return fail(Errc::corrupt, "the FIPS module is not the pinned one: its SHA-256 differs");
    }
    return {};
}

Result<void> use_fips_module(ModulePin const& pin) {
    if (approved_only()) return {};
    SALUS_TRY_VOID(check_module_file(pin));
    if (!load(pin)) {
        return fail(Errc::corrupt,
                    "the FIPS module does not load: its self-tests refuse, or its "
                    "configuration is not of this module");
    }
    if (!hashes_from_module()) {
        return fail(Errc::internal, "cryptography was used before the FIPS module was loaded");
    }
    auto const facts = module_facts();
    if (!facts.running || facts.name != pin.name || facts.version != pin.version) {
        return fail(Errc::corrupt, "the FIPS module's name or version is not the pinned one");
    }
    return {};
}

Result<void> use_default_provider() {
    bool const loaded = OSSL_PROVIDER_load(nullptr, "default") != nullptr &&
                        EVP_default_properties_enable_fips(nullptr, 0) == 1;
    if (!loaded) return fail(Errc::internal, "OpenSSL's default provider does not load");
    return {};
}

bool approved_only() noexcept {
    return EVP_default_properties_is_fips_enabled(nullptr) == 1;
}

ModuleFacts module_facts() {
    // Of a loaded provider this is one more reference; the process keeps it.
    static OSSL_PROVIDER* const provider =
        OSSL_PROVIDER_load(nullptr, approved_only() ? "fips" : "default");
    return provider == nullptr ? ModuleFacts{} : facts_of(provider);
}

}  // namespace salus::crypto
