// Arbitrary bytes as a note, a checkpoint, a key and a proof: no crash, what is accepted has one
// spelling, and nothing is opened that the key did not sign.
#include <cstdint>
#include <string_view>

#include "crypto/signature.h"
#include "foundation/check.h"
#include "transparency/checkpoint.h"
#include "transparency/cosignature.h"

namespace {

using namespace salus;
using namespace salus::transparency;

struct Fixture {
    crypto::SigningKey key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    CosignatureVerifier cosigner =
        CosignatureVerifier::make("fuzz/mirror", key.verifying_key()).value();
    NoteVerifier verifier = NoteVerifier::make("salus/fuzz/log", key.verifying_key()).value();
};

void check_spelling(std::string_view input) {
    if (auto const read = checkpoint_from(input)) SALUS_CHECK(to_text(*read) == input);
    if (auto const read = entry_proof_from(input)) {
        // An empty extra line says nothing and is not written again.
        SALUS_CHECK(read->extra.empty() || to_text(*read) == input);
    }
    if (auto const read = continuation_from(input)) SALUS_CHECK(to_text(*read) == input);
    if (auto const read = NoteVerifier::parse(input)) SALUS_CHECK(read->text() == input);
    if (auto const read = CosignatureVerifier::parse(input)) SALUS_CHECK(read->text() == input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Fixture const fixture;
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    SALUS_CHECK(!fixture.verifier.open(input) && !fixture.cosigner.open(input));
    check_spelling(input);
    auto text = std::string(input) + "\n";
    auto const opened =
        fixture.verifier.open(text + "\n" + sign_note(text, fixture.key, fixture.verifier));
    // A text with control characters is no note, whoever signs it.
    if (opened) SALUS_CHECK(*opened == text);
    return 0;
}
