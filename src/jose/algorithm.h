// The names of signature algorithms in JOSE (RFC 7518 section 3.1, RFC 8037 section 3.1). Only
// asymmetric ones exist here: "none" and HS* have no name to be found by. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signature.h"

namespace salus::jose {

// Nothing for a name that is unknown or not offered; names are case-sensitive. "EdDSA" and
// "Ed25519" (RFC 9864) are the same algorithm.
[[nodiscard]] std::optional<crypto::SignatureAlgorithm> algorithm_named(std::string_view name);
[[nodiscard]] std::string_view algorithm_name(crypto::SignatureAlgorithm algorithm) noexcept;
[[nodiscard]] std::vector<crypto::SignatureAlgorithm> all_algorithms();
[[nodiscard]] std::string algorithm_names(std::vector<crypto::SignatureAlgorithm> const& algorithms,
                                          std::string_view separator);

}  // namespace salus::jose
