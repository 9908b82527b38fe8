#include "factors/webauthn/ceremony.h"

#include <algorithm>

#include "factors/webauthn/cose_key.h"
#include "foundation/factor_limits.h"
#include "foundation/secret.h"

namespace salus::factors::webauthn {
namespace {

constexpr std::uint8_t kFormat = 1;

// Takes fields from the front; once something was missing, everything is.
class Fields {
public:
    explicit Fields(BytesView rest) : rest_(rest) {}

    BytesView bytes(std::size_t size) {
        whole_ = whole_ && size <= rest_.size();
        if (!whole_) return {};
        auto const taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    std::uint8_t u8() {
        auto const taken = bytes(1);
        return whole_ ? taken.front() : std::uint8_t{0};
    }
    std::uint16_t u16() {
        auto const taken = bytes(2);
        return whole_ ? read_u16(taken) : std::uint16_t{0};
    }
    std::uint64_t u64() {
        auto const taken = bytes(8);
        return whole_ ? read_u64(taken) : 0;
    }
    template <std::size_t Size>
    void copy(std::array<std::uint8_t, Size>& out) {
        auto const taken = bytes(Size);
        std::ranges::copy(taken, out.begin());
    }
    [[nodiscard]] bool whole() const noexcept { return whole_; }
    [[nodiscard]] bool ended() const noexcept { return whole_ && rest_.empty(); }

private:
    BytesView rest_;
    bool whole_ = true;
};

void append_short(Bytes& out, BytesView bytes) {
    append_u16(out, static_cast<std::uint16_t>(bytes.size()));
    append(out, bytes);
}

Bytes short_from(Fields& fields) {
    auto const taken = fields.bytes(fields.u16());
    return {taken.begin(), taken.end()};
}

}  // namespace

Ceremony Ceremony::begin(Kind kind, UserVerification user_verification, std::string_view session,
                         WallTime now, crypto::Random& random) {
    Ceremony ceremony{.kind = kind,
                      .user_verification = user_verification,
                      .expires = now + limits::kCeremonyTime,
                      .session = crypto::sha256(bytes_of(session))};
    random.fill(ceremony.challenge);
    return ceremony;
}

Bytes Ceremony::to_bytes() const {
    Bytes out{kFormat, static_cast<std::uint8_t>(kind),
              static_cast<std::uint8_t>(user_verification)};
    append_u64(out, static_cast<std::uint64_t>(expires.time_since_epoch().count()));
    append(out, challenge);
    append(out, session);
    append_short(out, user_handle);
    append_u16(out, static_cast<std::uint16_t>(algorithms.size()));
    for (auto const algorithm : algorithms) out.push_back(static_cast<std::uint8_t>(algorithm));
    append_u16(out, static_cast<std::uint16_t>(credentials.size()));
    for (auto const& id : credentials) append_short(out, id);
    return out;
}

Result<Ceremony> Ceremony::from_bytes(Kind kind, BytesView bytes) {
    Fields fields(bytes);
    auto const format = fields.u8();
    auto const stored_kind = fields.u8();
    auto const verification = fields.u8();
    auto const expires = static_cast<std::int64_t>(fields.u64());
    Ceremony ceremony{.kind = kind,
                      .user_verification = static_cast<UserVerification>(verification),
                      .expires = WallTime(std::chrono::nanoseconds(expires))};
    fields.copy(ceremony.challenge);
    fields.copy(ceremony.session);
    ceremony.user_handle = short_from(fields);
    bool known = format == kFormat && expires >= 0 &&
                 stored_kind == static_cast<std::uint8_t>(kind) &&
                 verification <= static_cast<std::uint8_t>(UserVerification::discouraged) &&
                 ceremony.user_handle.size() <= limits::kWebauthnUserHandleBytes;
    auto const offered = offered_algorithms();
    for (auto count = fields.u16(); count > 0 && fields.whole(); --count) {
        auto const algorithm = static_cast<crypto::SignatureAlgorithm>(fields.u8());
        known = known && std::ranges::find(offered, algorithm) != offered.end();
        ceremony.algorithms.push_back(algorithm);
    }
    for (auto count = fields.u16(); count > 0 && fields.whole(); --count) {
        ceremony.credentials.push_back(short_from(fields));
    }
    if (!known || !fields.ended()) return fail(Errc::corrupt, "not the state of this ceremony");
    return ceremony;
}

Result<void> Ceremony::check(std::string_view session_id, WallTime now) const {
    if (!equal_constant_time(crypto::sha256(bytes_of(session_id)), session)) {
        return fail(Errc::unauthenticated, "a ceremony was begun in another session");
    }
    // Before its beginning only a clock that was set back can be.
    if (now > expires || now < expires - limits::kCeremonyTime) {
        return fail(Errc::unauthenticated, "the time of a ceremony is over");
    }
    return {};
}

Result<void> Ceremony::check(AuthenticatorData const& data, RelyingParty const& party) const {
    if (!equal_constant_time(data.rp_id_hash, party.id_hash())) {
        return fail(Errc::unauthenticated, "a credential is for another relying party");
    }
    if (!data.user_present) return fail(Errc::unauthenticated, "no user was present");
    if (user_verification == UserVerification::required && !data.user_verified) {
        return fail(Errc::unauthenticated, "the user was not verified");
    }
    return {};
}

bool is_user_handle(BytesView handle) noexcept {
    return !handle.empty() && handle.size() <= limits::kWebauthnUserHandleBytes;
}

}  // namespace salus::factors::webauthn
