// Notes, checkpoints and the texts of proofs: known answers, and every way to spell them wrongly.
#include "transparency/checkpoint.h"

#include <gtest/gtest.h>

namespace salus::transparency {
namespace {

// The example in the documentation of golang.org/x/mod/sumdb/note.
constexpr std::string_view kGoKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kGoText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr std::string_view kGoSignature =
    "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
    "qdngotpRZb6KE6RyyBwJnAM=\n";

class NoteTest : public ::testing::TestWithParam<crypto::SignatureAlgorithm> {
protected:
    NoteVerifier verifier(std::string name = "salus/r/default") const {
        return *NoteVerifier::make(std::move(name), key_.verifying_key());
    }
    std::string note(std::string_view text) const {
        return std::string(text) + "\n" + sign_note(text, key_, verifier());
    }
    crypto::SigningKey key_ = crypto::SigningKey::generate(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Algorithms, NoteTest,
                         ::testing::Values(crypto::SignatureAlgorithm::ed25519,
                                           crypto::SignatureAlgorithm::es256));

TEST(Note, TheExampleOfGoVerifies) {
    auto const verifier = NoteVerifier::parse(kGoKey);
    ASSERT_TRUE(verifier);
    EXPECT_EQ(verifier->name(), "PeterNeumann");
    EXPECT_EQ(verifier->id(), 0xc74f20a3U);
    auto const note = std::string(kGoText) + "\n" + std::string(kGoSignature);
    EXPECT_EQ(verifier->open(note).value(), kGoText);
}

TEST_P(NoteTest, OpensToItsText) {
    auto const signed_note = note("one\n\ntwo\n");
    EXPECT_EQ(verifier().open(signed_note).value(), "one\n\ntwo\n");
    auto const again = NoteVerifier::parse(verifier().text());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->open(signed_note));
    EXPECT_FALSE(verifier("salus/r/other").open(signed_note));
}

TEST_P(NoteTest, AnyChangedByteIsRefused) {
    auto const signed_note = note("origin\n5\nroot\n");
    for (std::size_t at = 0; at < signed_note.size(); ++at) {
        auto changed = signed_note;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(verifier().open(changed)) << at;
        EXPECT_FALSE(verifier().open(signed_note.substr(0, at))) << at;
    }
}

TEST_P(NoteTest, SignaturesOfOthersAreNotLookedAtAndAWrongOneOfOursCondemns) {
    auto const signed_note = note("text\n");
    auto const other = crypto::SigningKey::generate(GetParam());
    auto const named = *NoteVerifier::make("other", other.verifying_key());
    EXPECT_TRUE(verifier().open(signed_note + sign_note("text\n", other, named)));
    EXPECT_FALSE(verifier().open(signed_note + sign_note("another\n", key_, verifier())));
    EXPECT_FALSE(named.open(signed_note));
}

TEST(Note, KeysHaveOneSpelling) {
    for (std::string_view const wrong :
         {"", "+", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "PeterNeumann+C74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
          "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
        EXPECT_FALSE(NoteVerifier::parse(wrong)) << wrong;
    }
}

TEST(CheckpointText, HasOneSpelling) {
    Checkpoint const checkpoint{"salus/r/default", {7, crypto::sha256(bytes_of("x"))}};
    auto const text = to_text(checkpoint);
    EXPECT_EQ(checkpoint_from(text).value(), checkpoint);
    auto const root = to_base64(checkpoint.head.root);
    for (auto const& wrong : {std::string(), text.substr(0, text.size() - 1), text + "extension\n",
                              "\n" + text, "o\n07\n" + root + "\n", "o\n-7\n" + root + "\n",
                              "o\n7 \n" + root + "\n", "o\n99999999999999999999\n" + root + "\n",
                              "o\n7\n" + root.substr(4) + "\n", std::string("o\n7\n\n")}) {
        EXPECT_FALSE(checkpoint_from(wrong)) << wrong;
    }
}

TEST(ProofText, HasTheFormOfC2sp) {
    auto const hash = crypto::sha256(bytes_of("x"));
    auto const text = to_text(EntryProof{5, {hash}, "checkpoint\n"});
    EXPECT_EQ(text, "c2sp.org/tlog-proof@v1\nindex 5\n" + to_base64(hash) + "\n\ncheckpoint\n");
    auto const read = entry_proof_from(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->index, 5U);
    EXPECT_EQ(read->proof, Proof{hash});
    EXPECT_EQ(read->checkpoint, "checkpoint\n");
    auto const with_leaf = entry_proof_from(to_text(EntryProof{5, {hash}, "c\n", "{}"}));
    ASSERT_TRUE(with_leaf);
    EXPECT_EQ(with_leaf->extra, "{}");
    EXPECT_TRUE(entry_proof_from("c2sp.org/tlog-proof@v1\nindex 0\n\nc\n"));
    for (std::string_view const wrong :
         {"", "c2sp.org/tlog-proof@v2\nindex 0\n\n", "c2sp.org/tlog-proof@v1\nindex 00\n\n",
          "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n", "c2sp.org/tlog-proof@v1\nindex 0\n"}) {
        EXPECT_FALSE(entry_proof_from(wrong)) << wrong;
    }
}

TEST(ContinuationText, HasTheFormOfWitnesses) {
    auto const hash = crypto::sha256(bytes_of("x"));
    auto const text = to_text(Continuation{5, {hash, hash}, "checkpoint\n"});
    EXPECT_EQ(text, "old 5\n" + to_base64(hash) + "\n" + to_base64(hash) + "\n\ncheckpoint\n");
    auto const read = continuation_from(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->old_size, 5U);
    EXPECT_EQ(read->proof.size(), 2U);
    auto const many = to_text(Continuation{5, Proof(kProofNodesMost + 1, hash), "c\n"});
    EXPECT_FALSE(continuation_from(many));
}

}  // namespace
}  // namespace salus::transparency
