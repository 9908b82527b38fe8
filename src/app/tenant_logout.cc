#include "app/tenant_logout.h"

#include <algorithm>

#include "foundation/oauth_limits.h"
#include "identity/holdings.h"
#include "oauth/logout_token.h"
#include "records/commit.h"

namespace salus::app {
namespace {

constexpr int kWriteAttempts = 4;
constexpr unsigned kLogoutDoublings = 10;  // 1 s * 2^10 is beyond limits::kLogoutPauseMost

std::chrono::seconds pause_after(unsigned failed) {
    auto const doubled =
        limits::kLogoutPauseFirst * (1U << std::min(failed > 0 ? failed - 1 : 0, kLogoutDoublings));
    return std::min(doubled, limits::kLogoutPauseMost);
}

}  // namespace

void TenantLogout::Attempts::fail(MonotonicTime now) {
    ++failed;
    next = now + pause_after(failed);
}

TenantLogout::TenantLogout(pipeline::House const& house, pipeline::TenantHouse const& tenant,
                           LogoutSender const& sender, std::unique_ptr<records::Records> records)
    : house_(house),
      tenant_(tenant),
      sender_(sender),
      records_(std::move(records)),
      documents_(*records_, parser_, house.clock),
      clients_(*records_, parser_),
      gate_(tenant.tenant, house.random) {}

Result<std::unique_ptr<TenantLogout>> TenantLogout::make(pipeline::House const& house,
                                                         pipeline::TenantHouse const& tenant,
                                                         LogoutSender const& sender) {
    SALUS_TRY(auto records, records::Records::make(tenant.tenant, house.random, house.index_cache));
    return std::unique_ptr<TenantLogout>(
        new TenantLogout(house, tenant, sender, std::move(records)));
}

bool TenantLogout::tell(std::stop_token const& stop) {
    read_unread();
    std::ranges::sort(waiting_, {}, [](Waiting const& each) {
        return std::pair(each.attempts.failed, each.notice.ended);
    });
    std::vector<Waiting> left;
    for (auto& each : waiting_) {
        if (stop.stop_requested() || !tell_one(each)) left.push_back(std::move(each));
    }
    waiting_ = std::move(left);
    return !waiting_.empty() || !unread_.empty() || !all_read_;
}

void TenantLogout::read_unread() {
    auto done = all_read_ ? Result<void>() : read_all();
    all_read_ = done.has_value();
    while (done && !unread_.empty()) {
        done = read(*unread_.begin());
        if (done) unread_.erase(unread_.begin());
    }
    if (!done && reads_)
        house_.log.write(LogLevel::error, "oauth.logouts_not_read", field("why", done.error().why));
    reads_ = done.has_value();
}

// After a start: of all users, since nobody says any more for whom something waits.
Result<void> TenantLogout::read_all() {
    SALUS_TRY(auto const directory, documents_.read<identity::Directory>("users"));
    if (!directory) return {};
    for (auto const& user : directory->value.ids) SALUS_TRY_VOID(read(UserId(user)));
    return {};
}

Result<void> TenantLogout::read(UserId const& user) {
    SALUS_TRY(auto const notices, documents_.read<identity::LogoutNotices>(user.text()));
    if (!notices) return {};
    for (auto const& notice : notices->value.waiting) {
        auto const known = std::ranges::find_if(waiting_, [&](Waiting const& each) {
            return each.user == user && each.notice.is_same(notice);
        });
        if (known == waiting_.end()) {
            waiting_.push_back({.user = user, .notice = notice, .attempts = {}, .end = {}});
        } else if (known->notice.ended != notice.ended) {
            known->notice = notice;  // it ended once more
            known->end.reset();
        }
    }
    return {};
}

bool TenantLogout::tell_one(Waiting& waiting) {
    auto const now = house_.clock.monotonic();
    if (now < waiting.attempts.next) return false;
    if (!waiting.end) {
        auto const away = clients_away_.find(waiting.notice.client);
        if (away != clients_away_.end() && now < away->second.next) return false;
        auto const sent = send(waiting);
        if (!sent && !has_failed(waiting, sent.error())) return false;
        if (sent) waiting.end = *sent;
    }
    if (auto const done = take_out(waiting); !done) {
        waiting.attempts.fail(house_.clock.monotonic());
        house_.log.write(LogLevel::error, "oauth.logout_not_noted",
                         field("tenant", tenant_.tenant.name), field("why", done.error().why));
        return false;
    }
    return true;
}

Result<TenantLogout::End> TenantLogout::send(Waiting const& waiting) {
    SALUS_TRY(auto const client, clients_.find(waiting.notice.client.text()));
    if (!client || client->backchannel_logout_uri.empty()) return End::not_wanted;
    auto const token = oauth::issue_logout_token(tenant_.tenant, tenant_.token_keys, waiting.user,
                                                 waiting.notice, house_.random, house_.clock.now());
    SALUS_TRY_VOID(sender_.send(client->backchannel_logout_uri, token));
    clients_away_.erase(waiting.notice.client);
    return End::told;
}

// Whether that was the last attempt.
bool TenantLogout::has_failed(Waiting& waiting, Error const& error) {
    auto const now = house_.clock.monotonic();
    waiting.attempts.fail(now);
    auto& away = clients_away_[waiting.notice.client];
    away.fail(now);
    // The address is not written down, as of keys.
    if (away.failed == 1)
        house_.log.write(
            LogLevel::warning, "oauth.logout_not_told", field("tenant", tenant_.tenant.name),
            field("client", waiting.notice.client), field("error", static_cast<int>(error.code)));
    if (house_.clock.now() < waiting.notice.ended + limits::kLogoutTrying) return false;
    waiting.end = End::given_up;
    return true;
}

Result<void> TenantLogout::take_out(Waiting const& waiting) {
    if (waiting.end == End::given_up) SALUS_TRY_VOID(record_given_up(waiting));
    for (int attempt = 0; attempt < kWriteAttempts; ++attempt) {
        SALUS_TRY(bool const done, take_out_once(waiting));
        if (done) return {};
    }
    return fail(Errc::conflict, "others were faster");
}

// False: an ending of the same user was faster.
Result<bool> TenantLogout::take_out_once(Waiting const& waiting) {
    SALUS_TRY(auto notices, documents_.read<identity::LogoutNotices>(waiting.user.text()));
    if (!notices || !notices->value.remove(waiting.notice)) return true;
    request::Prepared prepared;
    SALUS_TRY_VOID(documents_.write(*notices, std::nullopt, prepared));
    request::Exchange exchange;
    exchange.id = RequestId(crypto::random_id(house_.random));
    exchange.started = house_.clock.now();
    exchange.tenant = &tenant_.tenant;
    exchange.policy = tenant_.policy->current();
    exchange.facts.interaction = request::Interaction::end_session;
    exchange.facts.event = audit::Event::session_ended;
    exchange.facts.user = waiting.user;
    exchange.facts.target_client = waiting.notice.client;
    exchange.facts.touched = prepared.touched;
    SALUS_TRY(auto const intent, executor_.run(gate_.record_intent(exchange, executor_)));
    auto const committed = executor_.run(
        records::commit(tenant_.tenant, *std::move(prepared.batch), intent, executor_));
    bool const lost = !committed && committed.error().code == Errc::conflict;
    // After a failure of the disk the next start settles the intent, as of every write.
    if (!committed && !lost) return fail(committed.error());
    audit::LeafBuilder leaf(audit::Event::session_ended,
                            committed ? audit::Outcome::ok : audit::Outcome::error);
    leaf.request(exchange.id).target(waiting.notice.client).outcome_of(intent.leaf_index());
    if (lost) {
        leaf.reason("another request was faster");
    } else if (waiting.end == End::told) {
        leaf.reason("the client was told");
    } else {
        leaf.reason("the client is not told any more");
    }
    SALUS_TRY_VOID(append(std::move(leaf)));
    return committed.has_value();
}

// A leaf of its own: that of the write says that the write was done.
Result<void> TenantLogout::record_given_up(Waiting const& waiting) {
    audit::LeafBuilder leaf(audit::Event::session_ended, audit::Outcome::error);
    leaf.target(waiting.notice.client).reason("the client could not be told for a day");
    house_.log.write(LogLevel::error, "oauth.logout_given_up", field("tenant", tenant_.tenant.name),
                     field("client", waiting.notice.client));
    return append(std::move(leaf));
}

Result<void> TenantLogout::append(audit::LeafBuilder leaf) {
    leaf.tenant(tenant_.tenant.name);
    SALUS_TRY(auto record, std::move(leaf).build());
    std::vector<audit::Record> records;
    records.push_back(std::move(record));
    SALUS_TRY_VOID(executor_.run(tenant_.tenant.audit_log.append(std::move(records), executor_)));
    return {};
}

}  // namespace salus::app
