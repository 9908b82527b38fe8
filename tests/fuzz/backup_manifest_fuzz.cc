// Arbitrary bytes as a manifest of a backup, as one that the right key signed, and as a public key
// in PEM: no crash; nothing opens that the pinned key did not sign; and what it signed has one
// spelling and names only files below the directory. "@" in an input becomes the signer's key.
#include <cstdint>
#include <string>
#include <string_view>

#include "backup/manifest.h"
#include "foundation/check.h"

namespace backup = salus::backup;
namespace crypto = salus::crypto;
using salus::bytes_of;

namespace {

struct Fixture {
    crypto::SigningKey key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    std::string signer = salus::to_base64(key.verifying_key().spki());
};

void check_signed(Fixture const& fixture, std::string line) {
    if (auto const at = line.find('@'); at != std::string::npos) {
        line.replace(at, 1, fixture.signer);
    }
    auto const signature = fixture.key.sign(bytes_of("salus-backup-manifest-v1\n" + line));
    auto const manifest = line + "\n" + salus::to_base64(signature) + "\n";
    auto const opened = backup::open_manifest(bytes_of(manifest), fixture.key.verifying_key());
    if (!opened) return;
    for (auto const& file : opened->manifest.files) {
        SALUS_CHECK(backup::is_file_name(file.name));
    }
    auto const again = backup::sign(opened->manifest, fixture.key);
    SALUS_CHECK(again.has_value());
    auto const text = salus::text_of(*again);
    SALUS_CHECK(text.substr(0, text.find('\n')) == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture const fixture;
    salus::BytesView const bytes(data, size);
    std::string const text(salus::text_of(bytes));
    SALUS_CHECK(!backup::open_manifest(bytes, fixture.key.verifying_key()));
    static_cast<void>(backup::open_manifest(bytes, std::nullopt));
    static_cast<void>(backup::public_key_from_pem(text));
    if (text.find('\n') == std::string::npos) check_signed(fixture, text);
    return 0;
}
