#include "mirror/connection.h"

#include "mirror/entries.h"
#include "mirror/handler.h"

namespace salus::mirror {
namespace {

constexpr Literal kOtherLog = "the mirror refuses: this is not the log that it has";

std::unexpected<Error> refused(int status) {
    switch (status) {
        case 400: return fail(Errc::invalid, "the mirror does not understand");
        case 403:
            return fail(Errc::forbidden,
                        "to the mirror the log is another's, or the signer's key is unknown");
        case 404: return fail(Errc::not_found, "the mirror does not know the log");
        case 412: return fail(Errc::precondition_failed, "the mirror has not got the entries");
        case 413: return fail(Errc::too_large, "the mirror takes no more at once");
        case 422: return fail(Errc::corrupt, kOtherLog);
        default: return fail(Errc::unavailable, "the mirror cannot take it");
    }
}

std::optional<std::uint64_t> size_in(http::PlainAnswer const& answer) {
    auto text = std::string_view(answer.body);
    if (answer.content_type != kSizeType || !text.ends_with('\n')) return std::nullopt;
    text.remove_suffix(1);
    return transparency::size_from(text);
}

Result<EntriesAnswer> entries_answer(http::PlainAnswer const& answer) {
    auto const size = size_in(answer);
    bool const taken = answer.status == 200;
    if ((!taken && answer.status != 409) || !size) return refused(answer.status);
    return EntriesAnswer{taken, *size};
}

}  // namespace

Result<http::PlainAnswer> Connection::post(std::string_view target, std::string const& body) {
    if (!client_) {
        auto client = http::Client::connect(options_);
        if (!client) return fail(Errc::unavailable, client.error().why);
        client_.emplace(*std::move(client));
    }
    auto answer = client_->send_plain(target, "application/octet-stream", body);
    if (!answer || !client_->open()) client_.reset();
    if (!answer) return fail(Errc::unavailable, answer.error().why);
    return answer;
}

Result<EntriesAnswer> Connection::add_entries(Entries const& entries) {
    SALUS_TRY(auto const answer, post(kEntriesTarget, to_text(entries)));
    return entries_answer(answer);
}

Result<EntriesAnswer> Connection::keep_entries(RootedEntries const& rooted) {
    SALUS_TRY(auto const answer, post(kKeepTarget, to_text(rooted)));
    return entries_answer(answer);
}

Result<CheckpointAnswer> Connection::add_checkpoint(transparency::Continuation const& request) {
    SALUS_TRY(auto answer, post(kCheckpointTarget, to_text(request)));
    if (answer.status == 200) return CheckpointAnswer{std::move(answer.body), {}};
    using Why = transparency::Refusal::Why;
    if (answer.status == 422) return CheckpointAnswer{{}, {Why::inconsistent, 0}};
    auto const size = size_in(answer);
    if (answer.status != 409 || !size) return refused(answer.status);
    return CheckpointAnswer{{}, {Why::older, *size}};
}

}  // namespace salus::mirror
