#include <algorithm>
#include <fstream>
#include <set>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/instance_client.h"
#include "app/terminal.h"
#include "crypto/hash.h"
#include "fhir/lexical.h"
#include "foundation/limits.h"
#include "json/document.h"

namespace salus::app {
namespace {

using Files = std::vector<std::filesystem::path>;

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

// Which files were imported completely, by the SHA-256 of their contents: what an interrupted
// import need not do again. Contents are told by nothing but their hash.
class Journal {
public:
    explicit Journal(std::filesystem::path path) : path_(std::move(path)) {
        std::ifstream in(path_);
        for (std::string line; std::getline(in, line);) done_.insert(line);
    }
    [[nodiscard]] bool has(std::string const& hash) const { return done_.contains(hash); }
    void add(std::string const& hash) {
        std::ofstream(path_, std::ios::app) << hash << '\n';
        done_.insert(hash);
    }

private:
    std::filesystem::path path_;
    std::set<std::string> done_;
};

struct Address {
    http::Method method = http::Method::post;
    std::string target;
};

// A bundle goes to the base; a resource is put where its id says, or posted to its type.
std::optional<Address> address_of(std::string const& text) {
    json::Parser parser;
    auto const document = parser.parse(text);
    if (!document || !document->root().is_object()) return std::nullopt;
    auto const root = document->root();
    auto const type = root.text_member("resourceType").value_or("");
    bool const bundle = type == "Bundle" && root.text_member("type") == "transaction";
    if (bundle) return Address{http::Method::post, "/fhir"};
    if (!fhir::is_resource_type(type)) return std::nullopt;
    auto const id = root.text_member("id");
    if (!id) return Address{http::Method::post, "/fhir/" + type};
    if (!fhir::is_id(*id)) return std::nullopt;
    return Address{http::Method::put, "/fhir/" + type + "/" + *id};
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

class Import {
public:
    Import(ImportOptions const& options, InstanceClient& client)
        : options_(options), client_(client), journal_(options.directory / "run" / "imported") {}

    int run() {
        auto const files = expand(options_.files);
        ProgressBar bar(files.size(),
                        options_.quiet ? ProgressBar::Show::no : ProgressBar::Show::yes);
        for (std::size_t i = 0; i < files.size(); ++i) {
            one(files[i]);
            bar.advance(i + 1, std::to_string(done_) + " imported, " + std::to_string(skipped_) +
                                   " already there, " + std::to_string(refused_) + " refused");
        }
        bar.finish();
        say("Imported " + std::to_string(done_) + " files, skipped " + std::to_string(skipped_) +
            " that were already imported, refused " + std::to_string(refused_) + ".");
        if (refused_ > 0) say_problem("Correct the refused files and import them again.");
        return refused_ == 0 ? kDone : kFailed;
    }

private:
    void refuse(std::filesystem::path const& path, std::string const& why) {
        ++refused_;
        say_problem("refused " + path.string() + ": " + why);
    }

    void one(std::filesystem::path const& path) {
        auto const bytes = read_file(path, limits::kBodyBytes);
        if (!bytes) return refuse(path, std::string(bytes.error().why.text()));
        auto const hash = to_hex(crypto::sha256(*bytes));
        if (journal_.has(hash)) {
            ++skipped_;
            return;
        }
        std::string text(text_of(*bytes));
        auto const address = address_of(text);
        if (!address)
            return refuse(path, "neither a transaction Bundle nor a FHIR resource in JSON");
        auto response = send(*address, std::move(text));
        if (!response) return refuse(path, std::string(response.error().why.text()));
        if (response->status >= 300) return refuse(path, reason_of(*std::move(response)));
        journal_.add(hash);
        ++done_;
    }

    Result<http::Response> send(Address const& address, std::string text) {
        // Tokens live five minutes; a long import asks for a new one in time.
        auto const now = std::chrono::steady_clock::now();
        if (token_.empty() || now - token_time_ > limits::kAccessTokenLife / 2) {
            std::string why;
            token_ = client_.token(Layout{options_.directory}.demonstration(), "demonstration",
                                   "system/*.cruds", why);
            token_time_ = now;
            if (token_.empty()) return fail(Errc::unauthenticated, "the import got no token");
        }
        http::Request request;
        request.method = address.method;
        request.target = EphiText(address.target);
        request.headers.set("Authorization", "Bearer " + token_);
        request.headers.set("Content-Type", "application/fhir+json");
        request.headers.set("Prefer", "return=minimal");
        request.body = EphiText(std::move(text));
        return client_.send(std::move(request));
    }

    ImportOptions const& options_;
    InstanceClient& client_;
    Journal journal_;
    std::string token_;
    std::chrono::steady_clock::time_point token_time_;
    std::size_t done_ = 0;
    std::size_t skipped_ = 0;
    std::size_t refused_ = 0;
};

}  // namespace

int import(ImportOptions const& options) {
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return kFailed;
    }
    return Import(options, *client).run();
}

}  // namespace salus::app
