// The verifier of tiles and checkpoints against every way to change a log that was published.
#include "transparency/log_check.h"

#include "audit/log_fixture.h"
#include "transparency/keyed_signer.h"
#include "transparency/publisher.h"

namespace salus::transparency {
namespace {

class LogCheckTest : public audit::LogTest {
protected:
    void SetUp() override {
        segment_bytes_ = 64 * 1024;
        ASSERT_TRUE(open());
        ASSERT_TRUE(KeyedSigner::create(root_ / "signer", crypto::SignatureAlgorithm::ed25519));
        signer_.emplace(*KeyedSigner::open(root_ / "signer"));
        grow(10);
        kept_ = published();
        grow(290);
        log_.reset();
    }
    void grow(int leaves) {
        std::vector<audit::Record> records;
        for (int i = 0; i < leaves; ++i) {
            records.push_back(audit::test_record(i));
            if (records.size() < 10 && i + 1 < leaves) continue;
            ASSERT_TRUE(append(std::exchange(records, {})));
        }
        Publisher publisher(directory_, *log_, *signer_, *verifier(), clock_, Patience{});
        ASSERT_TRUE(publisher.publish());
    }
    std::optional<NoteVerifier> verifier() const {
        return *NoteVerifier::make(std::string(audit::kTestOrigin), signer_->public_key());
    }
    Checkpoint published() const {
        return *open_checkpoint(*read_checkpoint_note(directory_), *verifier());
    }
    bool is_whole() const {
        auto const check = check_log(directory_, verifier(), audit::Writer::stopped);
        return check && !check->finding;
    }
    std::string found() const {
        auto const check = check_log(directory_, verifier(), audit::Writer::stopped);
        return !check || !check->finding ? "" : check->finding->file;
    }
    std::vector<std::filesystem::path> published_files() const {
        std::vector<std::filesystem::path> files{checkpoint_file(directory_)};
        using Walk = std::filesystem::recursive_directory_iterator;
        for (auto const& entry : Walk(directory_ / "tile")) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
        return files;
    }

    std::optional<KeyedSigner> signer_;
    Checkpoint kept_;
};

TEST_F(LogCheckTest, AWholeLogIsWhole) {
    auto const check = check_log(directory_, verifier(), audit::Writer::stopped);
    ASSERT_TRUE(check);
    EXPECT_FALSE(check->finding);
    EXPECT_EQ(check->log.size, 300U);
    EXPECT_EQ(check->checkpoint->head.size, 300U);
    EXPECT_EQ(check->tiles, 5U);  // two of leaves, two bundles, one above
    auto const since = check_since(directory_, *verifier(), kept_);
    ASSERT_TRUE(since);
    EXPECT_FALSE(since->finding);
    EXPECT_EQ(since->log.size, 290U);
    EXPECT_FALSE(check_since(directory_, *verifier(), published())->finding);
}

TEST_F(LogCheckTest, AByteFlipAnywhereIsFoundAndItsFileNamed) {
    auto const files = published_files();
    ASSERT_EQ(files.size(), 6U);
    for (auto const& file : files) {
        auto const contents = audit::contents_of(file);
        auto const step = std::max<std::size_t>(1, contents.size() / 40);
        for (std::size_t at = 0; at < contents.size(); at += step) {
            auto changed = contents;
            changed[at] ^= 0x20;
            audit::overwrite(file, changed);
            EXPECT_EQ(directory_ / found(), file) << at;
        }
        std::filesystem::remove(file);
        EXPECT_EQ(directory_ / found(), file);
        audit::overwrite(file, contents);
    }
    EXPECT_TRUE(is_whole());
}

TEST_F(LogCheckTest, ATailThatWasCutIsFound) {
    // The log as it was at the first checkpoint, with the newer checkpoint and tiles.
    auto const segments = [&] {
        std::vector<std::filesystem::path> all;
        for (auto const& entry : std::filesystem::directory_iterator(directory_)) {
            if (entry.path().extension() == ".segment") all.push_back(entry.path());
        }
        return all;
    }();
    for (auto const& segment : segments) {
        if (segment.filename() != audit::segment_name(1)) std::filesystem::remove(segment);
    }
    auto const check = check_log(directory_, verifier(), audit::Writer::stopped);
    ASSERT_TRUE(check->finding);
    EXPECT_EQ(check->finding->why, Literal("the log is shorter than its checkpoint"));
}

TEST_F(LogCheckTest, AnotherKeyAndAnotherOriginAreRefused) {
    auto const key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    auto const other = NoteVerifier::make(std::string(audit::kTestOrigin), key.verifying_key());
    EXPECT_TRUE(check_log(directory_, *other, audit::Writer::stopped)->finding);
    auto const named = NoteVerifier::make("another/log", signer_->public_key());
    EXPECT_TRUE(check_log(directory_, *named, audit::Writer::stopped)->finding);
    EXPECT_EQ(check_entry(directory_, *other, 5).error().code, Errc::forbidden);
}

TEST_F(LogCheckTest, ARollbackAndAForkAreFoundAgainstTheCheckpointThatWasKept) {
    auto const newest = published();
    auto longer = newest;
    longer.head.size += 1;
    EXPECT_TRUE(check_since(directory_, *verifier(), longer)->finding);
    auto forked = kept_;
    forked.head.root[0] ^= 1;
    EXPECT_TRUE(check_since(directory_, *verifier(), forked)->finding);
    auto same_size = newest;
    same_size.head.root[0] ^= 1;
    EXPECT_TRUE(check_since(directory_, *verifier(), same_size)->finding);
    auto of_another = kept_;
    of_another.origin = "another/log";
    EXPECT_TRUE(check_since(directory_, *verifier(), of_another)->finding);
}

TEST_F(LogCheckTest, SinceACheckpointALaterLeafThatChangedIsFound) {
    auto const last = segment(2);
    auto const contents = audit::contents_of(last);
    for (std::size_t at = audit::kSegmentHeaderBytes + 100; at < 8192; at += 211) {
        auto changed = contents;
        changed[at] ^= 1;
        audit::overwrite(last, changed);
        auto const check = check_since(directory_, *verifier(), kept_);
        ASSERT_TRUE(check);
        EXPECT_TRUE(check->finding) << at;
    }
}

TEST_F(LogCheckTest, OneEntryStandsByItsProof) {
    for (std::uint64_t const index : {0U, 9U, 10U, 255U, 256U, 299U}) {
        auto const entry = check_entry(directory_, *verifier(), index);
        ASSERT_TRUE(entry) << index;
        auto const read = entry_proof_from(to_text(entry->proof));
        ASSERT_TRUE(read);
        auto const checkpoint = open_checkpoint(read->checkpoint, *verifier());
        EXPECT_TRUE(proves_inclusion(checkpoint->head, index,
                                     audit::leaf_hash(bytes_of(read->extra)), read->proof));
    }
    EXPECT_EQ(check_entry(directory_, *verifier(), 300).error().code, Errc::not_found);
    auto const bundle = directory_ / bundle_path(0, kTileWidth);
    auto changed = audit::contents_of(bundle);
    changed[40] ^= 1;
    audit::overwrite(bundle, changed);
    EXPECT_EQ(check_entry(directory_, *verifier(), 0).error().code, Errc::corrupt);
}

// A receipt: whoever has the text and the key needs nothing else.
TEST_F(LogCheckTest, AProofThatWasHandedOutStandsAlone) {
    auto const text = to_text(check_entry(directory_, *verifier(), 42)->proof);
    auto const key = *verifier();
    std::filesystem::remove_all(directory_);
    auto const checked = check_entry_proof(text, key);
    ASSERT_TRUE(checked) << checked.error().why.text();
    EXPECT_EQ(checked->proof.index, 42U);
    EXPECT_TRUE(checked->leaf.contains("\"i\":42,"));
    // A change of any byte is refused, but of what others have signed.
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] ^= 1;
        EXPECT_FALSE(check_entry_proof(changed, key)) << at << ": " << changed.substr(at, 20);
    }
    auto const other = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    auto const another = NoteVerifier::make(std::string(audit::kTestOrigin), other.verifying_key());
    EXPECT_EQ(check_entry_proof(text, *another).error().code, Errc::forbidden);
    auto without = *entry_proof_from(text);
    without.extra.clear();
    EXPECT_EQ(check_entry_proof(to_text(without), key).error().code, Errc::invalid);
    // Another leaf's proof with this leaf in it.
    without.extra = checked->leaf;
    without.index = 43;
    EXPECT_EQ(check_entry_proof(to_text(without), key).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::transparency
