#include <algorithm>

#include "backup/manifest.h"

namespace salus::backup {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----\n";
constexpr std::string_view kEnd = "-----END PUBLIC KEY-----\n";
constexpr std::size_t kLine = 64;

}  // namespace

std::string to_pem(crypto::VerifyingKey const& key) {
    auto const base64 = to_base64(key.spki());
    std::string text(kBegin);
    for (std::size_t at = 0; at < base64.size(); at += kLine) {
        text.append(base64.substr(at, kLine)).append("\n");
    }
    return text.append(kEnd);
}

Result<crypto::VerifyingKey> public_key_from_pem(std::string_view text) {
    if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) {
        return fail(Errc::invalid, "the file is no public key in PEM");
    }
    text.remove_prefix(kBegin.size());
    text.remove_suffix(kEnd.size());
    std::string base64(text);
    std::erase(base64, '\n');
    auto const der = from_base64(base64);
    if (!der) return fail(Errc::invalid, "the file is no public key in PEM");
    return crypto::VerifyingKey::from_spki(*der);
}

}  // namespace salus::backup
