#include "outside_provider/provider.h"

#include "foundation/provider_limits.h"
#include "json/document.h"

namespace salus::outside_provider {
namespace {

constexpr KeptTimes kTimes{.usual = limits::kProviderDefault,
                           .shortest = limits::kProviderShortest,
                           .longest = limits::kProviderLongest,
                           .life = limits::kProviderLife,
                           .pause = limits::kProviderPause};

// RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3. The access token is not looked at.
Result<std::string> id_token_in(std::string body) {
    json::Parser parser;
    auto const document = parser.parse(std::move(body));
    auto token = document ? document->root().text_member("id_token") : std::nullopt;
    if (!token) return fail(Errc::unauthenticated, "the answer has no ID token");
    return *std::move(token);
}

}  // namespace

Provider::Provider(Settings settings, Network const& network, Clock const& clock, Log const& log)
    : settings_(std::move(settings)),
      network_(network),
      clock_(clock),
      log_(log),
      metadata_(clock, kTimes),
      keys_(clock, kTimes),
      workers_(limits::kProviderThreads, [] { return std::make_unique<Nothing>(); }) {}

std::optional<Result<Proven>> Provider::outcome_of(std::string const& state) {
    MutexLock const lock(mutex_);
    auto const found = entries_.find(state);
    if (found == entries_.end()) return std::nullopt;
    return found->second->outcome;
}

bool Provider::enter() {
    MutexLock const lock(mutex_);
    if (waiting_ >= limits::kProviderWaiting) return false;
    ++waiting_;
    return true;
}

void Provider::leave() {
    MutexLock const lock(mutex_);
    --waiting_;
}

Task<bool> Provider::fulfil(Wish wish, Executor& home) {
    if (!enter()) co_return false;
    auto job = [this, &wish](Nothing&) { return carry_out(wish); };
    bool const done = co_await workers_.run(job, home);
    leave();
    co_return done;
}

// Old outcomes go first: what stays is of the last minute, and as many as waited in it.
Provider::EntryPointer Provider::entry_of(std::string const& state) {
    MutexLock const lock(mutex_);
    auto const now = clock_.monotonic();
    std::erase_if(entries_, [now](auto const& each) {
        return now - each.second->made >= limits::kOutcomeLife;
    });
    auto& entry = entries_[state];
    if (entry == nullptr) {
        entry = std::make_shared<Entry>();
        entry->made = now;
    }
    return entry;
}

// Whoever comes with the same state meanwhile waits for the first, and finds what it found.
bool Provider::carry_out(Wish const& wish) {
    if (!wish.redemption) return current_metadata().has_value();
    auto const entry = entry_of(wish.redemption->state);
    MutexLock const redeeming(entry->redeeming);
    if (outcome_of(wish.redemption->state)) return true;
    auto outcome = redeem(*wish.redemption);
    if (!outcome)
        log_.write(LogLevel::warning, "outside_provider.code_not_redeemed",
                   field("error", static_cast<int>(outcome.error().code)),
                   field("why", outcome.error().why));
    MutexLock const lock(mutex_);
    entry->outcome = std::move(outcome);
    return true;
}

Result<Provider::MetadataPointer> Provider::current_metadata() {
    auto current = metadata_.get(nullptr, [this]() -> Result<Kept<Metadata>::Fetched> {
        SALUS_TRY(auto fetched, network_.get(metadata_url(settings_.issuer)));
        SALUS_TRY(auto metadata, parse_metadata(std::move(fetched.body), settings_.issuer));
        return Kept<Metadata>::Fetched{std::make_shared<Metadata const>(std::move(metadata)),
                                       fetched.max_age};
    });
    if (!current)
        log_.write(LogLevel::warning, "outside_provider.metadata_not_fetched",
                   field("error", static_cast<int>(current.error().code)),
                   field("why", current.error().why));
    return current;
}

Result<Provider::Keys::Pointer> Provider::current_keys(Metadata const& metadata,
                                                       Keys::Pointer const& but_not) {
    return keys_.get(but_not, [&]() -> Result<Keys::Fetched> {
        SALUS_TRY(auto fetched, network_.get(metadata.jwks_uri));
        SALUS_TRY(auto keys, jose::KeySet::parse(std::move(fetched.body)));
        return Keys::Fetched{std::make_shared<jose::KeySet const>(std::move(keys)),
                             fetched.max_age};
    });
}

// RFC 9207 section 2.4: an answer of another provider is none, or a code of one would be redeemed
// at the other (mix-up).
Result<void> Provider::check_issuer(Redemption const& redemption, Metadata const& metadata) const {
    auto const& stated = redemption.issuer;
    bool const right = stated.empty() ? !metadata.names_issuer : stated == settings_.issuer;
    if (!right) return fail(Errc::unauthenticated, "the answer is of another issuer");
    return {};
}

Result<Proven> Provider::redeem(Redemption const& redemption) {
    SALUS_TRY(auto const metadata, current_metadata());
    SALUS_TRY_VOID(check_issuer(redemption, *metadata));
    auto const form = token_form(settings_, redemption);
    SALUS_TRY(auto answer, network_.post(metadata->token_endpoint, form));
    SALUS_TRY(auto const token, id_token_in(std::move(answer.body)));
    return check(token, *metadata, redemption.nonce);
}

// A token that the known keys do not verify may be of a key that is new.
Result<Proven> Provider::check(std::string const& token, Metadata const& metadata,
                               std::string const& nonce) {
    Expected const expected{.settings = settings_, .nonce = nonce, .now = clock_.now()};
    SALUS_TRY(auto const keys, current_keys(metadata, nullptr));
    auto proven = check_id_token(token, *keys, expected);
    if (proven || proven.error().code != Errc::unauthenticated) return proven;
    SALUS_TRY(auto const newer, current_keys(metadata, keys));
    if (newer == keys) return proven;
    return check_id_token(token, *newer, expected);
}

}  // namespace salus::outside_provider
