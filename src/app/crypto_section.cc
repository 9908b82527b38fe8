#include "app/crypto_section.h"

namespace salus::app {

using Fips = CryptoConfiguration::Fips;

void read_crypto(toml::table const* table, CryptoConfiguration& crypto, std::string& why) {
    Section section(table, "crypto", why);
    auto const mode = section.text("fips");
    if (mode == "prefer") crypto.fips = Fips::prefer;
    if (mode == "require") crypto.fips = Fips::require;
    if (mode != "off" && crypto.fips == Fips::off) {
        section.complain("fips", "must be off, prefer or require");
    }
    bool const wanted = crypto.fips != Fips::off;
    auto& pin = crypto.pin;
    pin.module = section.text("module");
    pin.configuration = section.text("configuration");
    auto const digest = from_hex(section.text("sha256"));
    pin.name = section.text("name");
    pin.version = section.text("version");
    crypto.certificate = section.text("certificate");
    section.finish();
    if (!wanted) return;
    if (!pin.module.is_absolute()) section.complain("module", "must be an absolute path");
    if (!pin.configuration.is_absolute()) {
        section.complain("configuration", "must be an absolute path");
    }
    if (!digest || digest->size() != pin.sha256.size()) {
        section.complain("sha256", "must be a SHA-256 in hexadecimal");
        return;
    }
    std::ranges::copy(*digest, pin.sha256.begin());
    if (pin.name.empty()) section.complain("name", "must be the provider's name");
    if (pin.version.empty()) section.complain("version", "must be the provider's version");
}

bool use_configured_module(CryptoConfiguration const& configuration, std::string& why) {
    if (configuration.fips == Fips::off) return true;
    auto const used = crypto::use_fips_module(configuration.pin);
    if (used) return true;
    bool const serves = configuration.fips == Fips::prefer && crypto::use_default_provider();
    if (!serves) why = "crypto.fips: " + std::string(used.error().why.text());
    return serves;
}

}  // namespace salus::app
