#include "authentication/proof_memory.h"

#include "foundation/limits.h"
#include "foundation/oauth_limits.h"

namespace salus::authentication {
namespace {

// A proof dated as far ahead as skew allows counts until its life and the skew are over.
constexpr auto kGeneration = limits::kDpopProofLife + 2 * limits::kClockSkew;

void append_framed(Bytes& out, std::string_view part) {
    append_u32(out, static_cast<std::uint32_t>(part.size()));
    append(out, bytes_of(part));
}

}  // namespace

ProofMemory::ProofMemory(WallTime began, std::size_t capacity)
    : began_(std::chrono::floor<std::chrono::seconds>(began)), capacity_(capacity) {}

Result<void> ProofMemory::use(jose::DpopProof const& proof, std::string_view url,
                              MonotonicTime now) {
    if (proof.issued_at < began_)
        return fail(Errc::unauthenticated, "the proof is older than this process");
    Bytes what;
    append_framed(what, proof.thumbprint);
    append_framed(what, proof.token_id);
    append_framed(what, url);
    auto const digest = crypto::sha256(what);
    Mark const mark{read_u64(BytesView(digest).first(8)), read_u64(BytesView(digest).subspan(8))};

    MutexLock const lock(mutex_);
    turn(now);
    if (current_.contains(mark) || previous_.contains(mark))
        return fail(Errc::unauthenticated, "the proof was used before");
    if (current_.size() + previous_.size() >= capacity_)
        return fail(Errc::unavailable, "too many proofs of possession at once");
    current_.insert(mark);
    return {};
}

void ProofMemory::turn(MonotonicTime now) {
    if (now - turned_ < kGeneration) return;
    previous_ = now - turned_ < 2 * kGeneration ? std::move(current_) : Marks();
    current_.clear();
    turned_ = now;
}

}  // namespace salus::authentication
