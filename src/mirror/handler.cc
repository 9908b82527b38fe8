#include "mirror/handler.h"

#include "mirror/entries.h"

namespace salus::mirror {
namespace {

using http::PlainAnswer;

PlainAnswer plain(int status, std::string body) {
    return {.status = status, .content_type = "text/plain", .body = std::move(body)};
}

PlainAnswer size_answer(int status, std::uint64_t size) {
    return {.status = status,
            .content_type = std::string(kSizeType),
            .body = std::to_string(size) + "\n"};
}

// What the service never answers is a fault here: 503.
int status_of(Errc code) {
    if (code == Errc::invalid) return 400;
    if (code == Errc::forbidden) return 403;
    if (code == Errc::not_found) return 404;
    if (code == Errc::precondition_failed) return 412;
    if (code == Errc::too_large) return 413;
    if (code == Errc::corrupt) return 422;
    return 503;
}

PlainAnswer error_answer(Errc code) {
    return plain(status_of(code), {});
}

std::string connection_of(http::Peer const& peer) {
    return peer.address + " " + std::to_string(peer.port);
}

}  // namespace

PlainAnswer Handler::answer(http::PlainRequest const& request) {
    using Act = PlainAnswer (Handler::*)(http::PlainRequest const&);
    Act act = nullptr;
    if (request.target == kCheckpointTarget) act = &Handler::take_checkpoint;
    if (request.target == kEntriesTarget) act = &Handler::take_entries;
    if (request.target == kKeepTarget) act = &Handler::keep_entries;
    if (act == nullptr) return plain(404, {});
    if (request.method != http::Method::post) return plain(405, {});
    return (this->*act)(request);
}

PlainAnswer Handler::take_entries(http::PlainRequest const& request) {
    auto const entries = entries_from(request.body);
    if (!entries) return error_answer(entries.error().code);
    auto const admitted = door_.admit(request.peer.key, entries->origin);
    if (!admitted) return error_answer(admitted.error().code);
    auto const answer = service_.add_entries(connection_of(request.peer), *entries);
    if (!answer) return error_answer(answer.error().code);
    return size_answer(answer->taken ? 200 : 409, answer->size);
}

PlainAnswer Handler::keep_entries(http::PlainRequest const& request) {
    auto const rooted = rooted_entries_from(request.body);
    if (!rooted) return error_answer(rooted.error().code);
    auto const admitted = door_.admit(request.peer.key, rooted->entries.origin);
    if (!admitted) return error_answer(admitted.error().code);
    auto const answer = service_.keep_entries(*rooted);
    if (!answer) return error_answer(answer.error().code);
    return size_answer(answer->taken ? 200 : 409, answer->size);
}

PlainAnswer Handler::take_checkpoint(http::PlainRequest const& request) {
    auto const continuation = transparency::continuation_from(request.body);
    if (!continuation) return error_answer(continuation.error().code);
    std::string_view const note = continuation->checkpoint;
    auto const admitted = door_.admit(request.peer.key, note.substr(0, note.find('\n')));
    if (!admitted) return error_answer(admitted.error().code);
    auto answer = service_.add_checkpoint(connection_of(request.peer), *continuation);
    if (!answer) return error_answer(answer.error().code);
    if (!answer->cosignature.empty()) return plain(200, std::move(answer->cosignature));
    bool const older = answer->refusal.why == transparency::Refusal::Why::older;
    return older ? size_answer(409, answer->refusal.last_size) : plain(422, {});
}

}  // namespace salus::mirror
