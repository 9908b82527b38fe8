#include "jose/algorithm.h"

#include <array>

#include "foundation/check.h"

namespace salus::jose {
namespace {

using crypto::SignatureAlgorithm;

struct Named {
    std::string_view name;
    SignatureAlgorithm algorithm;
};

constexpr std::array<Named, 9> kNames{{
    {"ES256", SignatureAlgorithm::es256},
    {"ES384", SignatureAlgorithm::es384},
    {"RS256", SignatureAlgorithm::rs256},
    {"RS384", SignatureAlgorithm::rs384},
    {"RS512", SignatureAlgorithm::rs512},
    {"PS256", SignatureAlgorithm::ps256},
    {"PS384", SignatureAlgorithm::ps384},
    {"PS512", SignatureAlgorithm::ps512},
    {"EdDSA", SignatureAlgorithm::ed25519},
}};

}  // namespace

std::optional<SignatureAlgorithm> algorithm_named(std::string_view name) {
    for (auto const& entry : kNames) {
        if (entry.name == name) return entry.algorithm;
    }
    if (name == "Ed25519") return SignatureAlgorithm::ed25519;
    return std::nullopt;
}

std::string_view algorithm_name(SignatureAlgorithm algorithm) noexcept {
    for (auto const& entry : kNames) {
        if (entry.algorithm == algorithm) return entry.name;
    }
    SALUS_CHECK(false);
    return {};
}

std::vector<SignatureAlgorithm> all_algorithms() {
    std::vector<SignatureAlgorithm> all;
    all.reserve(std::size(kNames));
    for (auto const& entry : kNames) all.push_back(entry.algorithm);
    return all;
}

std::string algorithm_names(std::vector<SignatureAlgorithm> const& algorithms,
                            std::string_view separator) {
    std::string out;
    for (auto const algorithm : algorithms) {
        out.append(out.empty() ? "" : separator).append(algorithm_name(algorithm));
    }
    return out;
}

}  // namespace salus::jose
