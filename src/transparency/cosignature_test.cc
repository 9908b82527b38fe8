// Cosignatures: what is accepted, and that nothing else is. That others accept them, too, is shown
// by tests/outside/tlog.
#include "transparency/cosignature.h"

#include <gtest/gtest.h>

#include "transparency/checkpoint.h"

namespace salus::transparency {
namespace {

using crypto::SignatureAlgorithm;
using crypto::SigningKey;

constexpr WallTime kNow{std::chrono::seconds(1'795'421'730)};

class CosignatureTest : public ::testing::TestWithParam<SignatureAlgorithm> {
protected:
    std::string cosigned(WallTime at = kNow) const {
        return text_ + "\n" + sign_note(text_, log_key_, log_) + cosign(text_, key_, mirror_, at);
    }

    SigningKey log_key_ = SigningKey::generate(SignatureAlgorithm::ed25519);
    SigningKey key_ = SigningKey::generate(GetParam());
    NoteVerifier log_ = *NoteVerifier::make("salus/realm/default", log_key_.verifying_key());
    CosignatureVerifier mirror_ =
        *CosignatureVerifier::make("mirror.example/salus", key_.verifying_key());
    std::string text_ = to_text(Checkpoint{"salus/realm/default", {}});
};

TEST_P(CosignatureTest, IsReadByBothKeys) {
    auto const note = cosigned();
    EXPECT_EQ(log_.open(note).value(), text_);
    auto const opened = mirror_.open(note);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->text, text_);
    EXPECT_EQ(opened->at, kNow);
    EXPECT_EQ(log_.signed_alone(note), text_ + "\n" + sign_note(text_, log_key_, log_));
}

TEST_P(CosignatureTest, TheLatestOfSeveralCounts) {
    auto note = cosigned();
    note += cosign(text_, key_, mirror_, kNow + std::chrono::seconds(30));
    note += cosign(text_, key_, mirror_, kNow + std::chrono::seconds(10));
    EXPECT_EQ(mirror_.open(note)->at, kNow + std::chrono::seconds(30));
    // And all must be right.
    note += signature_line(mirror_.name(), mirror_.id(), Bytes(72, 7));
    EXPECT_EQ(mirror_.open(note).error().code, Errc::forbidden);
}

TEST_P(CosignatureTest, EveryChangedBitIsRefused) {
    auto const note = cosigned();
    auto const own_line = note.rfind("\xe2\x80\x94");
    for (std::size_t at = 0; at < note.size(); ++at) {
        // The log's own signature is its verifier's business.
        if (at >= text_.size() && at < own_line) continue;
        auto changed = note;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ 1U);
        EXPECT_FALSE(mirror_.open(changed)) << at;
    }
}

TEST_P(CosignatureTest, IsNoSignatureOfAnotherKindOrTime) {
    EXPECT_FALSE(mirror_.open(text_ + "\n" + sign_note(text_, log_key_, log_)));
    auto const plain = *NoteVerifier::make("mirror.example/salus", key_.verifying_key());
    // The same key and name, another type: another id.
    EXPECT_NE(plain.id(), mirror_.id());
    EXPECT_FALSE(mirror_.open(text_ + "\n" + sign_note(text_, key_, plain)));
    EXPECT_FALSE(plain.open(cosigned()));
    EXPECT_FALSE(mirror_.open(cosigned(WallTime{})));
    auto const short_one = signature_line(mirror_.name(), mirror_.id(), Bytes(7, 1));
    EXPECT_FALSE(mirror_.open(text_ + "\n" + short_one));
}

TEST_P(CosignatureTest, KeysHaveOneSpelling) {
    auto const text = mirror_.text();
    EXPECT_EQ(CosignatureVerifier::parse(text)->text(), text);
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] = changed[at] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(CosignatureVerifier::parse(changed)) << at;
    }
    EXPECT_FALSE(CosignatureVerifier::parse(text + "\n"));
    EXPECT_FALSE(CosignatureVerifier::parse(log_.text()));
    EXPECT_FALSE(NoteVerifier::parse(text));
    EXPECT_FALSE(CosignatureVerifier::make("two words", key_.verifying_key()));
    auto const p384 = SigningKey::generate(SignatureAlgorithm::es384);
    EXPECT_FALSE(CosignatureVerifier::make("mirror", p384.verifying_key()));
}

TEST_P(CosignatureTest, SaysWithWhatItSigns) {
    bool const is_ed25519 = GetParam() == SignatureAlgorithm::ed25519;
    EXPECT_EQ(mirror_.is_ed25519(), is_ed25519);
    auto const message = mirror_.message_of(text_, 7);
    EXPECT_EQ(message, std::string(is_ed25519 ? "cosignature/v1" : "cosignature-p256/v1") +
                           "\ntime 7\n" + text_);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, CosignatureTest,
                         ::testing::Values(SignatureAlgorithm::ed25519, SignatureAlgorithm::es256));

}  // namespace
}  // namespace salus::transparency
