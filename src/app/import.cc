#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/import_claims.h"
#include "app/import_document.h"
#include "app/import_journal.h"
#include "app/import_report.h"
#include "app/instance_client.h"
#include "crypto/hash.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace salus::app {
namespace {

using Files = std::vector<std::filesystem::path>;

// Each on a connection and thread of its own. Enough to keep two cores busy while others wait for
// the disk.
constexpr std::size_t kFilesInFlight = 4;
static_assert(kFilesInFlight * limits::kBodyBytes <= limits::kBodyBytesInFlight);

Files expand(Files const& named) {
    Files files;
    for (auto const& path : named) {
        if (!std::filesystem::is_directory(path)) {
            files.push_back(path);
            continue;
        }
        Files inside;
        for (auto const& entry : std::filesystem::directory_iterator(path)) {
            if (entry.path().extension() == ".json") inside.push_back(entry.path());
        }
        std::ranges::sort(inside);
        std::ranges::move(inside, std::back_inserter(files));
    }
    return files;
}

// What the server said was wrong: literals and element names, never content.
std::string reason_of(http::Response response) {
    json::Parser parser;
    auto status = "status " + std::to_string(response.status);
    auto const document = parser.parse(CommandLine::text(std::move(response.body)));
    auto const issues = document ? document->root().member("issue") : std::nullopt;
    if (!issues || issues->size() == 0) return status;
    auto const issue = *issues->elements().begin();
    auto text = issue.text_member("diagnostics").value_or(status);
    auto const where = issue.member("expression");
    if (where && where->size() > 0) text += " at " + (*where->elements().begin()).text();
    return text;
}

// Refused for what was there at that moment, or for the load: once more when the other files are
// done. A bundle that stands before what its conditional references mean is stored then, and a
// Provenance before what it is about (422).
bool may_pass_later(int status) {
    return status == 404 || status == 409 || status == 412 || status == 422 || status == 429 ||
           status == 503;
}

// The token of the client that imports; it lives five minutes, so a long import asks again in time.
// Thread safety: any thread.
class Credential {
public:
    explicit Credential(std::filesystem::path key_file) : key_file_(std::move(key_file)) {}

    // Empty if it is refused.
    std::string token(InstanceClient& client) {
        MutexLock const lock(mutex_);
        auto const now = std::chrono::steady_clock::now();
        if (token_.empty() || now - time_ > limits::kAccessTokenLife / 2) {
            std::string why;
            token_ = client.token(key_file_, "demonstration", "system/*.cruds", why);
            time_ = now;
        }
        return token_;
    }

private:
    std::filesystem::path const key_file_;
    Mutex mutex_;
    std::string token_ SALUS_GUARDED_BY(mutex_);
    std::chrono::steady_clock::time_point time_ SALUS_GUARDED_BY(mutex_);
};

// A file in flight.
struct Piece {
    std::size_t position = 0;
    std::string hash;
    std::string text;
    ImportDocument document;
    ImportClaims::Names claims;
};

// Several files in flight, each on a connection and thread of its own: while one waits for the
// disk, the server works on another.
class Import {
public:
    Import(Files files, ImportJournal& journal, Credential& credential, ProgressBar::Show show)
        : files_(std::move(files)),
          journal_(journal),
          credential_(credential),
          report_(files_.size(), show) {
        order_.reserve(files_.size());
        for (std::size_t i = 0; i < files_.size(); ++i) order_.push_back(i);
    }

    int run(InstanceClient& first, std::vector<std::unique_ptr<InstanceClient>> const& others) {
        std::vector<std::thread> lanes;
        lanes.reserve(others.size());
        for (auto const& client : others) {
            lanes.emplace_back([this, &client] { send_all(*client); });
        }
        send_all(first);
        for (auto& lane : lanes) lane.join();
        auto const not_sent = order_.size() - next_;
        // One after the other now, in their order.
        order_ = std::move(postponed_);
        std::ranges::sort(order_);
        next_ = 0;
        last_pass_ = true;
        if (!stopped_) send_all(first);
        return report_.finish(not_sent + order_.size() - next_);
    }

private:
    void send_all(InstanceClient& client) {
        while (auto piece = next()) {
            auto response = send(client, *piece);
            settle(*piece, std::move(response));
            claims_.give_back(piece->claims);
        }
    }

    // In the order of the files. Who waits for a claim keeps its turn: nothing overtakes it.
    std::optional<Piece> next() {
        std::lock_guard const turn(turn_);
        while (!stopped_ && next_ < order_.size()) {
            auto const position = order_[next_++];
            auto piece = read(position);
            if (!piece) {
                report_.refused(files_[position], std::string(piece.error().why.text()));
                continue;
            }
            claims_.take(piece->claims);
            bool const done = journal_.has(piece->hash);
            if (!done && !follows_a_postponed(*piece)) return *std::move(piece);
            if (done) report_.skipped();
            if (!done) postpone(*piece);
            claims_.give_back(piece->claims);
        }
        return std::nullopt;
    }

    // It changes what a postponed file changes too, and so must not go before that one.
    bool follows_a_postponed(Piece const& piece) {
        if (last_pass_) return false;
        std::lock_guard const lock(postponing_);
        return std::ranges::any_of(piece.document.changes, [this](auto const& name) {
            return postponed_changes_.contains(name);
        });
    }

    void postpone(Piece const& piece) {
        std::lock_guard const lock(postponing_);
        postponed_.push_back(piece.position);
        postponed_changes_.insert(piece.document.changes.begin(), piece.document.changes.end());
    }

    [[nodiscard]] Result<Piece> read(std::size_t position) const {
        SALUS_TRY(auto const bytes, read_file(files_[position], limits::kBodyBytes));
        Piece piece;
        piece.position = position;
        piece.hash = to_hex(crypto::sha256(bytes));
        piece.text = text_of(bytes);
        auto document = read_import_document(piece.text);
        if (!document) {
            return fail(Errc::invalid, "neither a transaction Bundle nor a FHIR resource in JSON");
        }
        piece.document = *std::move(document);
        piece.claims = piece.document.changes;
        // Equal contents twice in the list are imported once.
        piece.claims.push_back(piece.hash);
        return piece;
    }

    Result<http::Response> send(InstanceClient& client, Piece& piece) {
        auto const token = credential_.token(client);
        if (token.empty()) return fail(Errc::unauthenticated, "the import got no token");
        http::Request request;
        request.method = piece.document.method;
        request.target = EphiText(piece.document.target);
        request.headers.set("Authorization", "Bearer " + token);
        request.headers.set("Content-Type", "application/fhir+json");
        request.headers.set("Prefer", "return=minimal");
        request.body = EphiText(std::move(piece.text));
        return client.send(std::move(request));
    }

    void settle(Piece const& piece, Result<http::Response> response) {
        auto const& path = files_[piece.position];
        if (!response) {
            stopped_ = true;
            bool const sent = response.error().code != Errc::unauthenticated;
            if (!sent) return report_.refused(path, std::string(response.error().why.text()));
            return report_.unanswered(path, std::string(response.error().why.text()));
        }
        if (response->status < 300) {
            if (journal_.add(piece.hash)) return report_.imported();
            stopped_ = true;
            return report_.not_remembered(path);
        }
        if (last_pass_ || !may_pass_later(response->status)) {
            return report_.refused(path, reason_of(*std::move(response)));
        }
        postpone(piece);
    }

    Files const files_;
    ImportJournal& journal_;
    Credential& credential_;
    ImportReport report_;
    ImportClaims claims_;
    std::mutex turn_;  // over order_ and next_
    std::vector<std::size_t> order_;
    std::size_t next_ = 0;
    std::mutex postponing_;  // over what follows
    std::vector<std::size_t> postponed_;
    std::unordered_set<std::string> postponed_changes_;
    std::atomic<bool> stopped_ = false;  // by a failure that no file is to blame for
    bool last_pass_ = false;             // set while one thread is left
};

}  // namespace

int import(ImportOptions const& options) {
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return kFailed;
    }
    auto const journal = ImportJournal::open(options.directory / "run" / "imported");
    if (!journal) {
        say_problem("run/imported: " + std::string(journal.error().why.text()));
        return kFailed;
    }
    auto files = expand(options.files);
    std::vector<std::unique_ptr<InstanceClient>> others;
    while (others.size() + 1 < std::min(kFilesInFlight, files.size())) {
        others.push_back(client->another(why));
        if (others.back()) continue;
        say_problem(why);
        return kFailed;
    }
    Credential credential(Layout{options.directory}.demonstration());
    auto const show = options.quiet ? ProgressBar::Show::no : ProgressBar::Show::yes;
    return Import(std::move(files), **journal, credential, show).run(*client, others);
}

}  // namespace salus::app
