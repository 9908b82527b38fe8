#include "authentication/proof_memory.h"

#include <algorithm>

#include "foundation/limits.h"
#include "foundation/oauth_limits.h"

namespace salus::authentication {
namespace {

// A proof dated as far ahead as skew allows counts until its life and the skew are over.
constexpr auto kGeneration = limits::kDpopProofLife + 2 * limits::kClockSkew;

// A key has a fifth of the memory at most: a quarter of the rest is as much then. A client has a
// third, which is half of the rest.
constexpr std::size_t kShareOfKey = 4;
constexpr std::size_t kShareOfClient = 2;

void append_framed(Bytes& out, std::string_view part) {
    append_u32(out, static_cast<std::uint32_t>(part.size()));
    append(out, bytes_of(part));
}

}  // namespace

ProofMemory::Mark ProofMemory::mark_of(BytesView what) {
    auto const digest = crypto::sha256(what);
    return {read_u64(BytesView(digest).first(8)), read_u64(BytesView(digest).subspan(8))};
}

std::size_t ProofMemory::Generation::share_of(Mark const& holder) const {
    auto const found = shares.find(holder);
    return found == shares.end() ? 0 : found->second;
}

Result<void> ProofMemory::use(jose::DpopProof const& proof, std::string_view url,
                              ClientId const& client, MonotonicTime now) {
    Bytes what;
    append_framed(what, proof.thumbprint);
    append_framed(what, proof.token_id);
    append_framed(what, url);
    auto const mark = mark_of(what);
    auto const key = mark_of(bytes_of("key " + proof.thumbprint));
    auto const whole = mark_of(bytes_of("client " + client.text()));

    MutexLock const lock(mutex_);
    turn(now);
    if (current_.proofs.contains(mark) || previous_.proofs.contains(mark))
        return fail(Errc::unauthenticated, "the proof was used before");
    auto const used = current_.proofs.size() + previous_.proofs.size();
    if (used >= capacity_) return fail(Errc::unavailable, "too many proofs of possession at once");
    auto const has_its_share = [&](Mark const& holder, std::size_t part) SALUS_REQUIRES(mutex_) {
        auto const share = std::max<std::size_t>((capacity_ - used) / part, 1);
        return current_.share_of(holder) + previous_.share_of(holder) >= share;
    };
    if (has_its_share(key, kShareOfKey))
        return fail(Errc::rate_limited, "too many proofs of possession by one key");
    if (has_its_share(whole, kShareOfClient))
        return fail(Errc::rate_limited, "too many proofs of possession by one client");
    current_.proofs.insert(mark);
    ++current_.shares[key];
    ++current_.shares[whole];
    return {};
}

void ProofMemory::turn(MonotonicTime now) {
    if (now - turned_ < kGeneration) return;
    previous_ = now - turned_ < 2 * kGeneration ? std::move(current_) : Generation();
    current_ = {};
    turned_ = now;
}

}  // namespace salus::authentication
