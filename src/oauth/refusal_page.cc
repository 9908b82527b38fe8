#include "oauth/refusal_page.h"

#include "oauth/browser.h"
#include "oauth/texts.h"
#include "pages/frame.h"
#include "pages/html.h"

namespace salus::oauth {

request::Prepared refusal_page(Client const& client, std::string_view redirect_uri,
                               std::string_view url, AuthorizationProblem const& problem) {
    pages::Html html;
    html.element("h1", texts::kMistake.text());
    html.open("p").open("strong").name(client.name).raw("</strong>");
    html.text(texts::kMistakeWhy.text()).close("p");
    html.raw("<div class=\"note\">").element("p", texts::kMistakeBack.text());
    html.open("p").open("a", {{"href", url}}).element("code", redirect_uri);
    html.close("a").close("p");
    html.element("p", texts::kMistakeElse.text()).raw("</div>\n");
    html.open("details").element("summary", texts::kMistakeDetail.text()).open("p");
    html.raw("<code>").text(problem.code.text()).raw("</code>: ").text(problem.why.text());
    html.close("p").close("details");
    auto prepared = page_answer(pages::document(texts::kMistake.text(), html.view()), 400);
    pages::add_headers(prepared.headers, {});
    return prepared;
}

}  // namespace salus::oauth
