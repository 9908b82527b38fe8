// ENC-6: the cryptographic module, as the library tells of it now.
#include <fmt/format.h>

#include "app/control_readings.h"

namespace salus::app {

Finding cryptographic_module(EvidenceContext const& context) {
    using Fips = CryptoConfiguration::Fips;
    auto const& configured = context.sources.configuration.crypto;
    auto const facts = crypto::module_facts();
    auto evidence = fmt::format("provider \"{}\" version {}", facts.name, facts.version);
    if (configured.fips == Fips::off) {
        return {admin::ControlState::not_yet, evidence + "; crypto.fips is off"};
    }
    if (!crypto::approved_only()) {
        auto const checked = crypto::check_module_file(configured.pin);
        auto const why = checked ? std::string_view("the module did not load at the start")
                                 : checked.error().why.text();
        evidence += fmt::format("; crypto.fips is {}, and {}",
                                configured.fips == Fips::prefer ? "prefer" : "require", why);
        return configured.fips == Fips::prefer ? partly(std::move(evidence))
                                               : broken(std::move(evidence));
    }
    evidence +=
        fmt::format("; pinned SHA-256 {}; the only source of algorithms; operator claims {}",
                    to_hex(configured.pin.sha256),
                    configured.certificate.empty() ? "no certificate"
                                                   : "certificate " + configured.certificate);
    if (!facts.running) return broken(evidence + "; its self-tests FAILED");
    // Without a certificate it is some module, pinned and tested, and no validated one.
    return configured.certificate.empty() ? partly(std::move(evidence))
                                          : works(std::move(evidence));
}

}  // namespace salus::app
