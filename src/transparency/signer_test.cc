// The signer's memory: what it signs once, it never contradicts, whatever happens to its files.
#include <csignal>
#include <fstream>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include "transparency/keyed_signer.h"
#include "transparency/signer_socket.h"
#include "transparency/tiles_fixture.h"

namespace salus::transparency {
namespace {

using enum Refusal::Why;

class SignerTest : public TilesTest {
protected:
    void SetUp() override {
        home_ = directory_ / "signer";
        ASSERT_TRUE(KeyedSigner::create(home_, crypto::SignatureAlgorithm::ed25519));
        reopen();
    }
    void reopen() {
        signer_.reset();
        auto opened = KeyedSigner::open(home_);
        ASSERT_TRUE(opened) << opened.error().why.text();
        signer_.emplace(*std::move(opened));
    }
    static Checkpoint checkpoint(std::uint64_t size, std::uint64_t first = 0) {
        return {"salus/r/default", {size, tree_hash(first, first + size)}};
    }
    // What an honest log would ask.
    Continuation request(std::uint64_t old_size, std::uint64_t size) {
        if (published_ < size) grow(size);
        TileReader tiles(directory_, size);
        return {old_size, prove_consistency(tiles, old_size).value(), to_text(checkpoint(size))};
    }
    void expect_signed(Continuation const& asked) {
        auto const answer = signer_->sign(asked);
        ASSERT_TRUE(answer);
        auto const verifier = NoteVerifier::make("salus/r/default", signer_->public_key());
        EXPECT_TRUE(open_checkpoint(answer->note, *verifier));
    }
    void expect_refused(Continuation const& asked, Refusal::Why why, std::uint64_t last) {
        auto const answer = signer_->sign(asked);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->note, "");
        EXPECT_EQ(answer->refusal.why, why);
        EXPECT_EQ(answer->refusal.last_size, last);
    }

    std::filesystem::path home_;
    std::optional<KeyedSigner> signer_;
};

TEST_F(SignerTest, SignsWhatContinuesAndTheSameAgain) {
    expect_signed(request(0, 5));
    expect_signed(request(5, 9));
    expect_signed(request(9, 9));
    reopen();
    expect_signed(request(9, 300));
}

TEST_F(SignerTest, RefusesWhatIsOlderAndSaysWhatItSignedLast) {
    expect_signed(request(0, 9));
    expect_refused(request(0, 12), older, 9);
    expect_refused(request(5, 12), older, 9);
    expect_refused(request(5, 5), older, 9);
    reopen();
    expect_refused(request(0, 12), older, 9);
}

TEST_F(SignerTest, RefusesAForkARollbackAndAForgedProof) {
    expect_signed(request(0, 9));
    auto forked = request(9, 12);
    forked.checkpoint = to_text(checkpoint(12, 1));
    expect_refused(forked, inconsistent, 9);
    auto same_size = request(9, 9);
    same_size.checkpoint = to_text(checkpoint(9, 1));
    expect_refused(same_size, inconsistent, 9);
    auto rolled_back = request(9, 9);
    rolled_back.checkpoint = to_text(checkpoint(8));
    expect_refused(rolled_back, inconsistent, 9);
    auto without_proof = request(9, 12);
    without_proof.proof.clear();
    expect_refused(without_proof, inconsistent, 9);
    expect_signed(request(9, 12));
}

TEST_F(SignerTest, LogsAreApart) {
    expect_signed(request(0, 9));
    auto other = request(0, 3);
    other.checkpoint = to_text(Checkpoint{"salus/r/other", checkpoint(3).head});
    ASSERT_TRUE(signer_->sign(other));
    expect_refused(request(0, 12), older, 9);
}

TEST_F(SignerTest, ALostOrChangedMemoryIsRefused) {
    expect_signed(request(0, 9));
    signer_.reset();
    auto const memory = home_ / "signed";
    auto const contents = *read_file(memory, 10'000);
    for (std::size_t at = 0; at < contents.size(); ++at) {
        auto changed = contents;
        changed[at] ^= 1;
        std::ofstream(memory, std::ios::binary) << text_of(changed);
        EXPECT_EQ(KeyedSigner::open(home_).error().code, Errc::corrupt) << at;
    }
    std::filesystem::remove(memory);
    EXPECT_EQ(KeyedSigner::open(home_).error().code, Errc::corrupt);
    EXPECT_EQ(KeyedSigner::create(home_, crypto::SignatureAlgorithm::ed25519).error().code,
              Errc::conflict);
    std::ofstream(memory, std::ios::binary) << text_of(contents);
    reopen();
    expect_refused(request(0, 12), older, 9);
}

// Nothing is signed that is not remembered.
TEST_F(SignerTest, ADiskThatCannotBeWrittenSignsNothing) {
    expect_signed(request(0, 9));
    auto const asked = request(9, 12);
    std::filesystem::create_directory(home_ / "signed.new");
    EXPECT_EQ(signer_->sign(asked).error().code, Errc::unavailable);
    std::filesystem::remove(home_ / "signed.new");
    expect_signed(asked);
}

TEST_F(SignerTest, OneProcessSigns) {
    EXPECT_EQ(KeyedSigner::open(home_).error().code, Errc::conflict);
}

class SocketTest : public SignerTest {
protected:
    void start(uid_t peer = ::geteuid()) {
        auto server = SigningServer::listen(socket(), peer);
        ASSERT_TRUE(server);
        thread_ = std::thread(
            [this, listening = *std::move(server)]() mutable { listening.serve(*signer_, stop_); });
    }
    void TearDown() override {
        std::uint64_t const one = 1;
        ASSERT_EQ(::write(stop_, &one, sizeof one), 8);
        if (thread_.joinable()) thread_.join();
        ::close(stop_);
    }
    [[nodiscard]] std::filesystem::path socket() const { return directory_ / "socket"; }
    [[nodiscard]] SocketSigner client(uid_t user = ::geteuid()) const {
        return {socket(), user, std::chrono::milliseconds(1000)};
    }

    int stop_ = ::eventfd(0, EFD_CLOEXEC);
    std::thread thread_;
};

TEST_F(SocketTest, AnswersAsTheSignerDoes) {
    auto asked = client();
    EXPECT_EQ(asked.sign(request(0, 5)).error().code, Errc::unavailable);
    start();
    auto const verifier = NoteVerifier::make("salus/r/default", signer_->public_key());
    auto const first = asked.sign(request(0, 5));
    ASSERT_TRUE(first);
    EXPECT_EQ(open_checkpoint(first->note, *verifier).value(), checkpoint(5));
    auto const behind = asked.sign(request(3, 7));
    ASSERT_TRUE(behind);
    EXPECT_EQ(behind->refusal.why, older);
    EXPECT_EQ(behind->refusal.last_size, 5U);
    auto forked = request(5, 7);
    forked.checkpoint = to_text(checkpoint(7, 1));
    EXPECT_EQ(asked.sign(forked)->refusal.why, inconsistent);
    EXPECT_EQ(asked.sign({0, {}, "no checkpoint"}).error().code, Errc::unavailable);
    EXPECT_EQ(asked.sign({5, {}, std::string(100'000, 'x')}).error().code, Errc::unavailable);
    EXPECT_TRUE(asked.sign(request(5, 7)));
}

TEST_F(SocketTest, RefusesAPeerOfAnotherUser) {
    start(::geteuid() + 1);
    EXPECT_EQ(client().sign(request(0, 5)).error().code, Errc::unavailable);
    EXPECT_TRUE(signer_->sign(request(0, 5)));  // it was not asked
}

TEST_F(SocketTest, AServerRefusesASignerOfAnotherUser) {
    start();
    EXPECT_EQ(client(::geteuid() + 1).sign(request(0, 5)).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace salus::transparency
