#include "identity/logout_notice.h"

#include <algorithm>

#include "foundation/oauth_limits.h"
#include "identity/json_members.h"

namespace salus::identity {

void LogoutNotices::add(LogoutNotice notice) {
    std::erase_if(waiting, [&](LogoutNotice const& each) { return each.is_same(notice); });
    if (waiting.size() >= limits::kLogoutNoticesOfUser) waiting.erase(waiting.begin());
    waiting.push_back(std::move(notice));
}

bool LogoutNotices::remove(LogoutNotice const& notice) {
    auto const removed = std::erase_if(waiting, [&](LogoutNotice const& each) {
        return each.is_same(notice) && to_unix_seconds(each.ended) == to_unix_seconds(notice.ended);
    });
    return removed > 0;
}

std::string LogoutNotices::to_json() const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().key("waiting").begin_array();
    for (auto const& notice : waiting) {
        writer.begin_object();
        writer.key("client").string(notice.client.text());
        write_text(writer, "session", notice.session);
        write_time(writer, "ended", notice.ended);
        writer.end_object();
    }
    writer.end_array().end_object();
    return out;
}

Result<LogoutNotices> LogoutNotices::from_json(json::Value root) {
    LogoutNotices notices;
    auto const list = root.member("waiting");
    if (!list || !list->is_array())
        return fail(Errc::corrupt, "what clients are to be told is damaged");
    for (auto const each : list->elements()) {
        LogoutNotice notice;
        SALUS_TRY(auto const client, text_in(each, "client"));
        notice.client = ClientId(client);
        notice.session = each.text_member("session").value_or("");
        SALUS_TRY(notice.ended, time_in(each, "ended"));
        notices.waiting.push_back(std::move(notice));
    }
    return notices;
}

}  // namespace salus::identity
